// Bringing pictures: a file, a photo, the clipboard, a drop. Each is sent by itself, and one that did not arrive is kept here
// and sent again when asked.

const form = document.getElementById("bring");
const dialog = document.getElementById("brought");
const list = document.getElementById("brought-list");
const problem = document.getElementById("brought-problem");
const mostBytes = Number(form.dataset.mostBytes);
const mostFiles = Number(form.dataset.mostFiles);
const SENTENCES = {
  401: "You are no longer signed in. Reload the page and sign in.",
  403: "This page is too old for Limner to trust it. Reload it and try again.",
  408: "It came too slowly and was given up.",
  413: `This picture is larger than ${Math.floor(mostBytes / 1_000_000)} MB. Make it smaller and bring it again.`,
};
const LOST = "The connection was lost. The picture is still here.";

form.querySelector("#bring-file").multiple = true;
for (const input of form.querySelectorAll("input[type=file]")) {
  input.addEventListener("change", () => {
    bring([...input.files]);
    input.value = ""; // the same one can be chosen again
  });
}
document.getElementById("bring-camera").addEventListener("cancel", () => {
  words().textContent = "No photo was taken. Nothing has changed.";
});
const words = () => document.getElementById("bring-words");

document.addEventListener("paste", (event) => {
  const files = [...(event.clipboardData?.files ?? [])];
  if (!files.length || event.clipboardData.types.includes("text/plain")) return; // words: they belong to the box
  event.preventDefault();
  bring(files);
});
const veil = document.getElementById("bring-veil");
const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");
document.addEventListener("dragover", (event) => {
  veil.hidden = !carriesFiles(event);
  if (!veil.hidden) event.preventDefault();
});
document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) veil.hidden = true; });
document.addEventListener("drop", (event) => {
  veil.hidden = true;
  if (!carriesFiles(event)) return;
  event.preventDefault();
  bring([...event.dataTransfer.files]);
});
// What stands in the prompt box goes along with a file that is read, to stand there again where it says nothing.
form.addEventListener("formdata", ({ formData }) => {
  const box = document.getElementById("make");
  for (const [name, value] of box ? new FormData(box) : []) if (!formData.has(name)) formData.append(name, value);
});
dialog.addEventListener("close", () => { if (!list.querySelector(".bar:not([hidden])")) list.replaceChildren(); });

/** Send these files, one after the other. */
export async function bring(files) {
  if (!files.length) return;
  const many = files.length > mostFiles;
  say(many ? `You gave ${files.length} pictures; Limner takes up to ${mostFiles} at a time. Bring fewer at once.` : "");
  const rows = many ? [] : files.map(row);
  if (!dialog.open) dialog.showModal();
  for (const [index, file] of many ? [] : files.entries()) await send(rows[index], file);
}

function say(sentence) {
  const line = document.createElement("p");
  line.className = "alarm";
  line.textContent = sentence;
  problem.replaceChildren(...(sentence ? [line] : []));
}

function row(file) {
  const item = document.getElementById("bringing").content.firstElementChild.cloneNode(true);
  item.querySelector(".brought-name").textContent = file.name;
  item.querySelector(".bar").setAttribute("aria-label", file.name);
  item.querySelector(".brought-again").addEventListener("click", () => send(item, file));
  list.append(item);
  return item;
}

async function send(item, file) {
  const [bar, said, again] = ["progress", ".brought-said", ".brought-again"].map((one) => item.querySelector(one));
  bar.hidden = false;
  bar.value = 0;
  again.hidden = true;
  said.textContent = "Sending…";
  const refused = (sentence, retry) => {
    bar.hidden = true;
    said.textContent = sentence;
    again.hidden = !retry;
  };
  if (file.size > mostBytes) return refused(SENTENCES[413], false);
  const answer = await sent(file, (part) => { bar.value = part; });
  if (answer.status === 0) return refused(LOST, true);
  if (answer.status === 201) {
    item.replaceChildren(...new DOMParser().parseFromString(answer.text, "text/html").body.childNodes);
    item.querySelector("[data-settings]")?.addEventListener("click", () => readSettings(file));
    if (document.activeElement?.closest(".brought-close")) list.querySelector("button, a").focus();
    return;
  }
  if (answer.there) return void window.location.assign(answer.there);
  const page = new DOMParser().parseFromString(answer.text, "text/html");
  const sentence = page.querySelector("p.alarm")?.textContent ?? SENTENCES[answer.status];
  refused(sentence ?? "Limner could not take it just now.", answer.status >= 500 || answer.status === 408);
}

function readSettings(file) {
  const chosen = new DataTransfer();
  chosen.items.add(file);
  document.getElementById("bring-file").files = chosen.files;
  form.requestSubmit(document.getElementById("bring-settings"));
}

// fetch does not say how much has left.
function sent(file, progress) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    const body = new FormData();
    body.set("image", file);
    request.open("POST", form.action);
    request.setRequestHeader("HX-Request", "true");
    request.setRequestHeader("X-CSRFToken", form.querySelector("[name=csrfmiddlewaretoken]").value);
    request.upload.addEventListener("progress", ({ loaded, total }) => progress(loaded / Math.max(1, total)));
    request.addEventListener("loadend", () => resolve({
      status: request.status, text: request.responseText, there: request.getResponseHeader("HX-Redirect"),
    }));
    request.send(body);
  });
}
