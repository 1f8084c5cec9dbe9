// A prompt that is written into the box, word by word. Whoever types meanwhile stops it, and both are kept.
import { maybe } from "../../look/js/elements.js";
import { say } from "../trouble.js";
import { gettext } from "../../look/js/words.js";

const LAST_WORDS = 1000; // the writer goes on from these; an address has not room for everything

/**
 * Let `button` write into `box`, for the model that is chosen in `form`.
 * @param {HTMLFormElement} form
 * @param {HTMLTextAreaElement} box
 * @param {HTMLButtonElement} button
 * @param {HTMLElement} announcer
 */
export function writes(form, box, button, announcer) {
  /** @type {AbortController | null} */
  let running = null;
  let own = false; // whether the input that is heard is our own
  let base = ""; // what was in the box before the last one was written …
  /** @type {string | null} */
  let whole = null; // … and with it: pressed again, another one takes its place

  const put = (/** @type {string} */ words) => {
    box.value = words;
    box.scrollTop = box.scrollHeight;
    own = true;
    box.dispatchEvent(new Event("input", { bubbles: true }));
    own = false;
  };
  const stop = () => running?.abort();

  async function write() {
    const mine = (running = new AbortController());
    button.toggleAttribute("data-running", true);
    if (box.value === whole) put(base);
    base = box.value;
    const asked = new URLSearchParams({ prompt: base.slice(-LAST_WORDS), model: maybe(HTMLSelectElement, "#model")?.value ?? "" });
    try {
      const answer = await fetch(`${button.dataset.url}?${asked}`, { signal: mine.signal });
      if (!answer.ok || !answer.body) throw new Error(await answer.text());
      const words = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      for (;;) {
        const { done, value } = await words.read();
        if (done || mine.signal.aborted) break;
        put(box.value + value);
      }
      if (!mine.signal.aborted) announcer.textContent = box.value;
    } catch {
      if (!mine.signal.aborted) say(gettext("Limner could not write a prompt just now. Try again in a moment."));
    } finally {
      whole = mine.signal.aborted ? null : box.value;
      button.toggleAttribute("data-running", false);
      running = null;
    }
  }

  button.addEventListener("click", () => (running ? stop() : write()));
  box.addEventListener("beforeinput", stop);
  box.addEventListener("input", () => { if (!own) stop(); });
  form.addEventListener("submit", stop);
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") stop(); });
}
