// A prompt that is written into the box, word by word. Whoever types meanwhile stops it, and both are kept. What was added
// is marked behind the words, until somebody types; what was there before can be had back.
import { all, data, hit, one } from "../../look/js/elements.js";
import { gettext } from "../../look/js/words.js";
import { SENTENCES, say } from "../trouble.js";

const PACE = 25; // milliseconds a word: an eye can follow them, and a hand can stop them
const FAILED = gettext("Limner could not write a prompt just now. Try again in a moment.");
const still = window.matchMedia("(prefers-reduced-motion: reduce)");
const pause = (/** @type {number} */ milliseconds) => new Promise((done) => { setTimeout(done, milliseconds); });

/**
 * Let the buttons of `form` that have a wish write into `box`.
 * @param {HTMLFormElement} form
 * @param {HTMLTextAreaElement} box
 * @param {HTMLElement} announcer
 */
export function writes(form, box, announcer) {
  const stopper = one(HTMLButtonElement, "#random", form);
  const back = one(HTMLButtonElement, "[data-take-back]", form);
  const marks = one(HTMLElement, ".added", form);
  /** @type {AbortController | null} */
  let running = null;
  let own = false; // whether the input that is heard is our own
  /** @type {string[]} */
  const before = []; // what was in the box before each that was written

  const put = (/** @type {string} */ words, kept = words.length) => {
    box.value = words;
    mark(marks, words, kept);
    marks.scrollTop = box.scrollTop = box.scrollHeight;
    own = true;
    box.dispatchEvent(new Event("input", { bubbles: true }));
    own = false;
  };
  const show = () => {
    const empty = !box.value.trim();
    for (const button of all(HTMLButtonElement, "[data-wish=finish], [data-wish=improve]", form)) button.disabled = empty;
    back.disabled = !before.length;
  };
  const hint = () => one(HTMLElement, "#hint"); // what is known of the words comes back with the first of them
  const stop = () => running?.abort();

  async function write(/** @type {string} */ wish) {
    const mine = (running = new AbortController());
    before.push(box.value);
    const kept = wish === "finish" ? box.value : wish === "improve" ? box.value.trimEnd() : "";
    stopper.toggleAttribute("data-running", true);
    const asked = new FormData(form);
    asked.set("wish", wish === "surprise" ? "random" : wish);
    let begun = false;
    try {
      for await (const words of written(data(stopper, "url"), asked, mine.signal)) {
        if (words.ahead !== undefined) {
          announcer.textContent = hint().textContent = gettext("{n} before you. The writer is busy.", { n: words.ahead });
          continue;
        }
        for (const word of words.text.match(/,?\s*\S+(?:\s+$)?|\s+/g) ?? []) {
          put((begun ? box.value : kept) + word, kept.length);
          begun = true;
          if (!still.matches) await pause(PACE);
          if (mine.signal.aborted) return;
        }
      }
      if (!begun) say(gettext("The writer has nothing to add to that."));
      else announcer.textContent = kept ? gettext("Added: {words}", { words: box.value.slice(kept.length) }) : box.value;
      if (begun && wish === "surprise") form.requestSubmit();
    } catch (error) {
      if (!mine.signal.aborted) say(error instanceof Refusal ? error.message : FAILED);
    } finally {
      if (!begun) before.pop();
      if (running === mine) running = null;
      stopper.toggleAttribute("data-running", Boolean(running));
      show();
    }
  }

  form.addEventListener("click", (event) => {
    const button = hit(event, HTMLButtonElement, "[data-wish]");
    if (button && running) stop();
    else if (button) write(data(button, "wish"));
    else if (hit(event, HTMLButtonElement, "[data-take-back]")) {
      stop();
      put(before.pop() ?? "");
      box.focus();
    }
  });
  box.addEventListener("beforeinput", stop);
  box.addEventListener("scroll", () => { marks.scrollTop = box.scrollTop; });
  box.addEventListener("input", () => {
    if (!own) {
      stop();
      mark(marks, "", 0);
    }
    show();
  });
  form.addEventListener("submit", stop);
  document.addEventListener("htmx:after:swap", show);
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") stop(); });
  show();
}

/** A sentence of the server's on what is wrong. */
class Refusal extends Error {}

/**
 * What the server writes: pieces of text, and while it waits how many texts are ahead.
 * @param {string} url
 * @param {FormData} asked
 * @param {AbortSignal} signal
 * @returns {AsyncGenerator<{ text: string, ahead?: number }>}
 */
async function* written(url, asked, signal) {
  const answer = await fetch(url, { method: "POST", body: asked, signal });
  if (!answer.ok || !answer.body) {
    const ours = answer.headers.get("Content-Type")?.startsWith("text/plain") && answer.status < 500;
    throw new Refusal(ours ? await answer.text() : SENTENCES[answer.status] ?? FAILED);
  }
  const pieces = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let held = "";
  for (;;) {
    const { done, value } = await pieces.read();
    if (done) return;
    const events = (held + value).split("\n\n");
    held = events.pop() ?? "";
    for (const event of events) {
      const [, name, json] = /^event: (\w+)\ndata: (.*)$/s.exec(event) ?? [];
      const told = JSON.parse(json ?? "{}");
      if (name === "text") yield { text: told.text };
      else if (name === "waiting") yield { text: "", ahead: told.ahead };
      else if (name === "error") throw new Refusal(told.message);
    }
  }
}

/**
 * The words once more behind the box, invisible but for the ground of those that were added.
 * @param {HTMLElement} marks
 * @param {string} words
 * @param {number} kept
 */
function mark(marks, words, kept) {
  marks.replaceChildren();
  if (!kept || kept >= words.length) return;
  const added = document.createElement("mark");
  added.textContent = words.slice(kept);
  marks.append(words.slice(0, kept), added, "\u200b");
}
