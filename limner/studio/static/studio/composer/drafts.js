// What is in the box stays over a reload, in this browser alone, until it is drawn.
import { data } from "../../look/js/elements.js";

/**
 * Keep the words of `box` under the form's name for them.
 * @param {HTMLFormElement} form
 * @param {HTMLTextAreaElement} box
 */
export function drafts(form, box) {
  const name = data(form, "draft");
  const kept = read(name);
  if (kept && !box.value) {
    box.value = kept;
    // In a task of its own: htmx, which asks what is known of the words, begins to listen in one.
    setTimeout(() => box.dispatchEvent(new Event("input", { bubbles: true })));
  }
  box.addEventListener("input", () => write(name, box.value));
  document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
    if (ctx?.sourceElement === form) write(name, "");
  });
}

// A browser may refuse to keep anything: then there are no drafts, and nothing else is lost.
/** @param {string} name */
function read(name) {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}
/** @param {string} name @param {string} words */
function write(name, words) {
  try {
    if (words.trim()) localStorage.setItem(name, words);
    else localStorage.removeItem(name);
  } catch {
    // as above
  }
}
