// What the options say of themselves: panels that unfold, a size that is typed, the seed that was drawn with.
// The settings of another model replace these controls: what happens to them is heard at the form.
import { all, data, hit, maybe, one } from "../../look/js/elements.js";

const panelOf = (/** @type {HTMLElement} */ toggle) => one(HTMLElement, `#${toggle.getAttribute("aria-controls")}`);

/**
 * "Style and colour" and "More options" unfold, and say while they are folded what is chosen in them, or how much.
 * @param {HTMLFormElement} form
 */
export function unfolds(form) {
  const show = () => {
    for (const toggle of all(HTMLButtonElement, ".picks-toggle", form)) {
      toggle.setAttribute("aria-expanded", String(panelOf(toggle).hasAttribute("data-open")));
      one(HTMLElement, ".picked", toggle).textContent = saysOf(panelOf(toggle));
    }
  };
  form.addEventListener("click", (event) => {
    const toggle = hit(event, HTMLButtonElement, ".picks-toggle");
    if (!toggle) return;
    panelOf(toggle).toggleAttribute("data-open");
    show();
  });
  form.addEventListener("change", show);
  document.addEventListener("htmx:after:swap", show);
  // A field that is folded away cannot say what is wrong with it.
  form.addEventListener("invalid", (event) => {
    hit(event, HTMLElement, ".picks")?.setAttribute("data-open", "");
    show();
  }, true);
  show();
}

/** @param {HTMLElement} panel */
function saysOf(panel) {
  const chosen = all(HTMLInputElement, "input:checked", panel).filter((input) => input.value);
  if (chosen.length) return `: ${chosen.map((input) => input.parentElement?.textContent.trim()).join(", ")}`;
  const fields = [...all(HTMLInputElement, "[data-usual]", panel), ...all(HTMLSelectElement, "[data-usual]", panel)];
  const set = fields.filter((field) => field.value !== field.dataset.usual);
  return set.length ? ` (${set.length})` : "";
}

/**
 * Width and height count only where the size is to be typed.
 * @param {HTMLFormElement} form
 */
export function typedSize(form) {
  const typed = () => one(HTMLSelectElement, "#size").value === "custom";
  const show = () => { one(HTMLFieldSetElement, "#typed-size").disabled = !typed(); };
  form.addEventListener("change", (event) => {
    if (!hit(event, HTMLSelectElement, "#size")) return;
    show();
    if (typed()) one(HTMLInputElement, "#width").select();
  });
  document.addEventListener("htmx:after:swap", show);
  show();
}

/**
 * One button keeps the seed of the last job, and lets it go again. Not every model takes one.
 * @param {HTMLFormElement} form
 */
export function seeds(form) {
  const seed = () => one(HTMLInputElement, "#seed");
  const last = () => one(HTMLElement, "#ask").dataset.seed ?? "";
  const show = () => {
    const button = maybe(HTMLButtonElement, "#seed-button");
    if (!button) return;
    button.textContent = data(button, seed().value ? "shuffle" : "keep");
    button.disabled = !seed().value && !last();
  };
  form.addEventListener("click", (event) => {
    if (!hit(event, HTMLButtonElement, "#seed-button")) return;
    seed().value = seed().value ? "" : last();
    seed().dispatchEvent(new Event("change", { bubbles: true }));
    show();
  });
  form.addEventListener("input", (event) => { if (hit(event, HTMLInputElement, "#seed")) show(); });
  document.addEventListener("htmx:after:swap", show);
  show();
}

/**
 * What it takes is asked for anew when something that changes it was chosen: not with each word, nor with a model, whose
 * settings bring it along, nor with how a prompt is written.
 * @param {HTMLFormElement} form
 */
export function foretells(form) {
  form.addEventListener("change", (event) => {
    if (!hit(event, HTMLElement, "#model, #prompt, #manner")) htmx.trigger(form, "takes");
  });
}
