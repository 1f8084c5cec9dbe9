// Going on from a picture: letting go of it keeps what stands in the box; a file that is dropped brings its settings.
import { hit, maybe, one } from "../look/js/elements.js";

const line = document.getElementById("refining");
const reading = maybe(HTMLFormElement, "#reading");

line?.querySelector("[data-let-go]")?.addEventListener("click", (event) => {
  event.preventDefault();
  line.remove();
  history.replaceState(null, "", location.pathname);
  document.getElementById("prompt")?.focus();
});

if (reading) {
  // A reload must not ask whether the file shall be sent once more.
  if (location.pathname === new URL(reading.action).pathname) history.replaceState(null, "", "/");
  sends(reading);
  drops(reading);
}

/** @param {HTMLFormElement} reading */
function sends(reading) {
  const file = one(HTMLInputElement, "#reading-file");
  file.addEventListener("change", () => { if (file.files?.length) reading.requestSubmit(); });
  // What stands in the prompt box goes along, to stand there again where the file says nothing.
  reading.addEventListener("formdata", ({ formData }) => {
    const made = new FormData(one(HTMLFormElement, "#make"));
    for (const [name, value] of made) if (!formData.has(name)) formData.append(name, value);
  });
}

// Whoever has a place of their own for files says so with data-takes-files: what is dropped there is theirs.
/** @param {HTMLFormElement} reading */
function drops(reading) {
  const veil = one(HTMLElement, "#reading-drop");
  const ours = (/** @type {DragEvent} */ event) =>
    event.dataTransfer?.types.includes("Files") && !hit(event, HTMLElement, "[data-takes-files]");
  document.addEventListener("dragover", (event) => {
    veil.hidden = !ours(event) || event.defaultPrevented;
    if (!veil.hidden) event.preventDefault();
  });
  document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) veil.hidden = true; });
  document.addEventListener("drop", (event) => {
    veil.hidden = true;
    if (!event.dataTransfer || !ours(event) || event.defaultPrevented) return;
    event.preventDefault();
    one(HTMLInputElement, "#reading-file").files = event.dataTransfer.files;
    reading.requestSubmit();
  });
}
