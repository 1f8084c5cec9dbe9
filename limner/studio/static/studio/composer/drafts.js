// What is in the box stays over a reload, in this browser alone, until it is drawn.

/** Keep the words of `box` under the form's name for them. */
export function drafts(form, box) {
  const name = form.dataset.draft;
  const kept = read(name);
  if (kept && !box.value) {
    box.value = kept;
    box.dispatchEvent(new Event("input", { bubbles: true }));
  }
  box.addEventListener("input", () => write(name, box.value));
  document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
    if (ctx?.sourceElement === form) write(name, "");
  });
}

// A browser may refuse to keep anything: then there are no drafts, and nothing else is lost.
function read(name) {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}
function write(name, words) {
  try {
    if (words.trim()) localStorage.setItem(name, words);
    else localStorage.removeItem(name);
  } catch {
    // as above
  }
}
