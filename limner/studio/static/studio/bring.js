// Bringing pictures: a file, a photo, the clipboard, a drop. Each is sent by itself, and one that did not arrive is kept here
// and sent again when asked.
import { all, data, maybe, one } from "../look/js/elements.js";
import { gettext } from "../look/js/words.js";

const form = one(HTMLFormElement, "#bring");
const dialog = one(HTMLDialogElement, "#brought");
const list = one(HTMLElement, "#brought-list");
const problem = one(HTMLElement, "#brought-problem");
const mostBytes = Number(data(form, "mostBytes"));
const mostFiles = Number(data(form, "mostFiles"));
const TOO_LARGE =
  gettext("This picture is larger than {most} MB. Make it smaller and bring it again.", { most: Math.floor(mostBytes / 1_048_576) });
/** @type {Record<number, string>} */
const SENTENCES = {
  401: gettext("You are no longer signed in. Reload the page and sign in."),
  403: gettext("This page is too old for Limner to trust it. Reload it and try again."),
  408: gettext("It came too slowly and was given up."),
  413: TOO_LARGE,
};
const LOST = gettext("The connection was lost. The picture is still here.");

one(HTMLInputElement, "#bring-file").multiple = true;
for (const input of all(HTMLInputElement, "input[type=file]", form)) {
  input.addEventListener("change", () => {
    bring([...(input.files ?? [])]);
    input.value = ""; // the same one can be chosen again
  });
}
one(HTMLInputElement, "#bring-camera").addEventListener("cancel", () => {
  words().textContent = gettext("No photo was taken. Nothing has changed.");
});
const words = () => one(HTMLElement, "#bring-words");

document.addEventListener("paste", (event) => {
  const files = [...(event.clipboardData?.files ?? [])];
  if (!files.length || event.clipboardData?.types.includes("text/plain")) return; // words: they belong to the box
  event.preventDefault();
  bring(files);
});
const veil = one(HTMLElement, "#bring-veil");
const filesOf = (/** @type {DragEvent} */ { dataTransfer }) => (dataTransfer?.types.includes("Files") ? dataTransfer.files : null);
document.addEventListener("dragover", (event) => {
  veil.hidden = !filesOf(event);
  if (!veil.hidden) event.preventDefault();
});
document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) veil.hidden = true; });
document.addEventListener("drop", (event) => {
  const files = filesOf(event);
  veil.hidden = true;
  if (!files) return;
  event.preventDefault();
  bring([...files]);
});
// What stands in the prompt box goes along with a file that is read, to stand there again where it says nothing.
form.addEventListener("formdata", ({ formData }) => {
  const box = maybe(HTMLFormElement, "#make");
  for (const [name, value] of box ? new FormData(box) : []) if (!formData.has(name)) formData.append(name, value);
});
dialog.addEventListener("close", () => { if (!list.querySelector(".bar:not([hidden])")) list.replaceChildren(); });

/**
 * Send these files, one after the other.
 * @param {File[]} files
 */
export async function bring(files) {
  if (!files.length) return;
  const many = files.length > mostFiles;
  const tooMany = () => gettext(
    "You gave {given} pictures; Limner takes up to {most} at a time. Bring fewer at once.",
    { given: files.length, most: mostFiles },
  );
  say(many ? tooMany() : "");
  const rows = many ? [] : files.map((file) => ({ file, item: row(file) }));
  if (!dialog.open) dialog.showModal();
  for (const { file, item } of rows) await send(item, file);
}

/** @param {string} sentence */
function say(sentence) {
  const line = document.createElement("p");
  line.className = "alarm";
  line.textContent = sentence;
  problem.replaceChildren(...(sentence ? [line] : []));
}

/** @param {File} file */
function row(file) {
  const copy = document.importNode(one(HTMLTemplateElement, "#bringing").content, true);
  const item = one(HTMLElement, ".brought-item", copy);
  one(HTMLElement, ".brought-name", item).textContent = file.name;
  one(HTMLElement, ".bar", item).setAttribute("aria-label", file.name);
  one(HTMLElement, ".brought-again", item).addEventListener("click", () => send(item, file));
  list.append(item);
  return item;
}

/** @param {HTMLElement} item @param {File} file */
async function send(item, file) {
  const bar = one(HTMLProgressElement, "progress", item);
  const said = one(HTMLElement, ".brought-said", item);
  const again = one(HTMLElement, ".brought-again", item);
  bar.hidden = false;
  bar.value = 0;
  again.hidden = true;
  said.textContent = gettext("Sending…");
  const refused = (/** @type {string} */ sentence, /** @type {boolean} */ retry) => {
    bar.hidden = true;
    said.textContent = sentence;
    again.hidden = !retry;
  };
  if (file.size > mostBytes) return refused(TOO_LARGE, false);
  const answer = await sent(file, (part) => { bar.value = part; });
  if (answer.status === 0) return refused(LOST, true);
  if (answer.status === 201) {
    item.replaceChildren(...new DOMParser().parseFromString(answer.text, "text/html").body.childNodes);
    maybe(HTMLElement, "[data-settings]", item)?.addEventListener("click", () => readSettings(file));
    if (document.activeElement?.closest(".brought-close")) maybe(HTMLElement, "button, a", list)?.focus();
    return;
  }
  if (answer.there) return void window.location.assign(answer.there);
  const page = new DOMParser().parseFromString(answer.text, "text/html");
  const sentence = page.querySelector("p.alarm")?.textContent ?? SENTENCES[answer.status];
  refused(sentence ?? gettext("Limner could not take it just now."), answer.status >= 500 || answer.status === 408);
}

/** @param {File} file */
function readSettings(file) {
  const chosen = new DataTransfer();
  chosen.items.add(file);
  one(HTMLInputElement, "#bring-file").files = chosen.files;
  form.requestSubmit(one(HTMLButtonElement, "#bring-settings"));
}

/**
 * fetch does not say how much has left.
 * @param {File} file
 * @param {(part: number) => void} progress
 * @returns {Promise<{ status: number, text: string, there: string | null }>}
 */
function sent(file, progress) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    const body = new FormData();
    body.set("image", file);
    request.open("POST", form.action);
    request.setRequestHeader("HX-Request", "true");
    request.setRequestHeader("X-CSRFToken", one(HTMLInputElement, "[name=csrfmiddlewaretoken]", form).value);
    request.upload.addEventListener("progress", ({ loaded, total }) => progress(loaded / Math.max(1, total)));
    request.addEventListener("loadend", () => resolve({
      status: request.status, text: request.responseText, there: request.getResponseHeader("HX-Redirect"),
    }));
    request.send(body);
  });
}
