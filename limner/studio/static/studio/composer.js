// The prompt box: grows with its words, draws on Ctrl or ⌘ with Enter, and is filled by examples and by old prompts.
import { all, data, hit, maybe, one } from "../look/js/elements.js";
import { drafts } from "./composer/drafts.js";
import { counted } from "./composer/length.js";
import { foretells, seeds, typedSize, unfolds } from "./composer/options.js";
import { recall } from "./composer/recall.js";
import { writes } from "./composer/writing.js";
import { gettext } from "../look/js/words.js";

const announcer = one(HTMLElement, "#announcer");
const made = maybe(HTMLFormElement, "#make");
const wall = one(HTMLElement, "#wall");
if (made) composed(made, one(HTMLTextAreaElement, "#prompt"));

/** @param {HTMLFormElement} form @param {HTMLTextAreaElement} box */
function composed(form, box) {
  // A finger would get the keyboard in its face.
  if (window.matchMedia("(pointer: fine)").matches) box.focus({ preventScroll: true });
  grows(box);
  keys(form);
  counts(form);
  unfolds(form);
  typedSize(form);
  seeds(form);
  foretells(form);
  fills(box);
  models(box);
  counted(box, one(HTMLElement, "#length"), announcer);
  recall(box, wall);
  writes(form, box, announcer);
  drafts(form, box);
}

/** @param {HTMLTextAreaElement} box */
function grows(box) {
  if (CSS.supports("field-sizing", "content")) return;
  const fit = () => {
    box.style.height = "auto";
    box.style.height = `${box.scrollHeight}px`;
  };
  box.addEventListener("input", fit);
  fit();
}

/** @param {HTMLFormElement} form */
function keys(form) {
  if (/Mac|iP(hone|ad)/.test(navigator.platform)) one(HTMLElement, "[data-modifier]", form).textContent = "⌘";
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
}

/**
 * The settings of another model replace these controls: what happens to them is heard at the form.
 * @param {HTMLFormElement} form
 */
function counts(form) {
  const count = () => one(HTMLInputElement, "#count");
  const show = () => {
    const { value, min, max } = count();
    for (const button of all(HTMLButtonElement, "[data-step]", form)) {
      const next = Number(value) + Number(button.dataset.step);
      button.disabled = next < Number(min) || next > Number(max);
    }
    prices(form);
  };
  form.addEventListener("click", (event) => {
    const button = hit(event, HTMLButtonElement, "[data-step]");
    if (!button) return;
    const { value, min, max } = count();
    const next = Number(value) + Number(button.dataset.step);
    count().value = String(Math.min(Number(max), Math.max(Number(min), next)));
    count().dispatchEvent(new Event("change", { bubbles: true }));
    show();
  });
  form.addEventListener("input", (event) => { if (hit(event, HTMLElement, "#count, #size, #quality")) show(); });
  document.addEventListener("htmx:after:swap", () => show());
  show();
}

/**
 * The price of the whole job, as `limner.engines.prices.money` says it.
 * @param {HTMLFormElement} form
 */
function prices(form) {
  const place = form.querySelector("#price [data-price]");
  const known = one(HTMLSelectElement, "#size").selectedOptions[0]?.dataset.each;
  if (!known) return; // a size that is typed: the server says
  /** @type {Record<string, number>} */
  const byQuality = JSON.parse(known);
  const quality = maybe(HTMLSelectElement, "#quality")?.value ?? "";
  const each = byQuality[quality] ?? Object.values(byQuality)[0];
  const n = Number(one(HTMLInputElement, "#count").value);
  if (place && each && Number.isInteger(n) && n > 0) place.textContent = gettext("about {money}", { money: money(each * n) });
}

/** @param {number} millicredits */
function money(millicredits) {
  if (millicredits < 50) return gettext("less than 0.1 cents");
  const tenths = Math.floor((millicredits + 50) / 100);
  if (tenths >= 1000) {
    const cents = Math.floor((millicredits + 500) / 1000);
    return gettext("${dollars}.{cents}", { dollars: Math.floor(cents / 100), cents: String(cents % 100).padStart(2, "0") });
  }
  if (tenths === 10) return gettext("1 cent");
  const [whole, rest] = [Math.floor(tenths / 10), tenths % 10];
  return rest ? gettext("{whole}.{rest} cents", { whole, rest }) : gettext("{whole} cents", { whole });
}

/**
 * Another model: its settings come in place, and a reload keeps it.
 * @param {HTMLTextAreaElement} box
 */
function models(box) {
  const model = maybe(HTMLSelectElement, "#model");
  if (!model) return;
  document.addEventListener("htmx:after:swap", () => {
    box.maxLength = Number(one(HTMLElement, "#settings").dataset.longest);
  });
  model.addEventListener("change", () => {
    history.replaceState(null, "", `?${new URLSearchParams({ model: model.value })}`);
  });
}

/** @param {HTMLTextAreaElement} box */
function fills(box) {
  const fill = (/** @type {string} */ words) => {
    box.value = words;
    box.dispatchEvent(new Event("input", { bubbles: true }));
    box.focus();
    box.setSelectionRange(words.length, words.length);
  };
  one(HTMLElement, ".examples").addEventListener("click", (event) => {
    const example = hit(event, HTMLElement, "[data-example]");
    if (example) fill(data(example, "example"));
  });
  wall.addEventListener("click", (event) => {
    const card = hit(event, HTMLElement, "[data-words]")?.closest(".card-job");
    if (card) fill(one(HTMLElement, ".label-prompt", card).textContent);
  });
}
