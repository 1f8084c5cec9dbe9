// Bringing pictures: a file, a photo, the clipboard, a drop. Each is sent by itself, and one that did not arrive is kept here
// and sent again when asked.
import { all, data, one } from "../look/js/elements.js";

const form = one(HTMLFormElement, "#bring");
const dialog = one(HTMLDialogElement, "#brought");
const list = one(HTMLElement, "#brought-list");
const problem = one(HTMLElement, "#brought-problem");
const mostBytes = Number(data(form, "mostBytes"));
const mostFiles = Number(data(form, "mostFiles"));
const TOO_LARGE =
  `This picture is larger than ${Math.floor(mostBytes / 1_000_000)} MB. Make it smaller and bring it again.`;
/** @type {Record<number, string>} */
const SENTENCES = {
  401: "You are no longer signed in. Reload the page and sign in.",
  403: "This page is too old for Limner to trust it. Reload it and try again.",
  408: "It came too slowly and was given up.",
  413: TOO_LARGE,
};
const LOST = "The connection was lost. The picture is still here.";

one(HTMLInputElement, "#bring-file").multiple = true;
for (const input of all(HTMLInputElement, "input[type=file]", form)) {
  input.addEventListener("change", () => {
    bring([...(input.files ?? [])]);
    input.value = ""; // the same one can be chosen again
  });
}
one(HTMLInputElement, "#bring-camera").addEventListener("cancel", () => {
  words().textContent = "No photo was taken. Nothing has changed.";
});
const words = () => one(HTMLElement, "#bring-words");

document.addEventListener("paste", (event) => {
  const files = [...(event.clipboardData?.files ?? [])];
  if (!files.length || event.clipboardData?.types.includes("text/plain")) return; // words: they belong to the box
  event.preventDefault();
  bring(files);
});
form.addEventListener("dragover", (event) => {
  if (!event.dataTransfer?.types.includes("Files")) return;
  event.preventDefault();
  form.toggleAttribute("data-over", true);
});
form.addEventListener("dragleave", () => form.toggleAttribute("data-over", false));
form.addEventListener("drop", (event) => {
  event.preventDefault();
  event.stopPropagation(); // the page around it reads settings out of pictures that are dropped
  form.toggleAttribute("data-over", false);
  bring([...(event.dataTransfer?.files ?? [])]);
});
dialog.addEventListener("close", () => { if (!list.querySelector(".bar:not([hidden])")) list.replaceChildren(); });

/**
 * Send these files, one after the other.
 * @param {File[]} files
 */
export async function bring(files) {
  if (!files.length) return;
  const many = files.length > mostFiles;
  say(many ? `You gave ${files.length} pictures; Limner takes up to ${mostFiles} at a time. Bring fewer at once.` : "");
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
  said.textContent = "Sending…";
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
    if (document.activeElement?.closest(".brought-close")) list.querySelector("a")?.focus();
    return;
  }
  if (answer.there) return void window.location.assign(answer.there);
  const page = new DOMParser().parseFromString(answer.text, "text/html");
  const sentence = page.querySelector("p.alarm")?.textContent ?? SENTENCES[answer.status];
  refused(sentence ?? "Limner could not take it just now.", answer.status >= 500 || answer.status === 408);
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
