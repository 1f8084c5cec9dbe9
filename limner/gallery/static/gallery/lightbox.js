// A picture of the page, looked at closely: opened by its tile, one of all the tiles that are there. What stands beside
// it comes from the server; without scripts the tile leads to the picture's page, which says and does the same.
import { copyAddress, copyPicture, copyText } from "./copying.js";
import { zoomable } from "./zoom.js";

const box = document.getElementById("lightbox");
const stage = box.querySelector(".lightbox-stage");
const picture = box.querySelector(".lightbox-picture");
const beside = box.querySelector(".lightbox-beside");
const said = box.querySelector(".lightbox-said");
const PAN = 60;

let shown = null; // the public id of the picture that is looked at
const known = new Map(); // what stands beside a picture, by its public id

const links = () => [...document.querySelectorAll("a[data-picture]")];
const rightToLeft = () => getComputedStyle(box).direction === "rtl";

const zoom = zoomable(stage, picture, {
  changed(percent, scale) {
    box.querySelector(".lightbox-level").textContent = `${percent} %`;
    box.querySelector("[data-zoom=out]").disabled = scale <= 1;
    box.querySelector("[data-zoom=fit]").disabled = scale <= 1;
    box.querySelector("[data-zoom=in]").disabled = scale >= 8;
  },
  swiped: (way) => turn((way === "left") !== rightToLeft() ? 1 : -1),
});

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-picture]");
  if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  look(link);
});

function look(link) {
  if (!box.open) {
    said.replaceChildren();
    box.showModal();
  }
  shown = link.dataset.picture;
  const small = link.querySelector("img");
  box.setAttribute("aria-label", small.alt);
  picture.alt = small.alt;
  const { width, height } = { width: small.getAttribute("width"), height: small.getAttribute("height") };
  Object.assign(picture.dataset, { width, height });
  picture.style.maxWidth = `${width}px`;
  picture.style.maxHeight = `${height}px`;
  picture.src = small.currentSrc || small.src;
  zoom.fit(false);
  sharpen(shown, link.dataset.file);
  tell(shown);
  placed();
}

// The small picture is there already; the whole one takes its place once it can be painted at once.
async function sharpen(id, file) {
  const whole = new Image();
  whole.src = file;
  await whole.decode().catch(() => {});
  if (shown === id && whole.naturalWidth) picture.src = file;
}

function placed() {
  const all = links();
  const place = all.findIndex((link) => link.dataset.picture === shown);
  box.querySelector(".lightbox-place").textContent = all.length > 1 ? `${place + 1} of ${all.length}` : "";
  for (const button of box.querySelectorAll("[data-turn]")) {
    const next = all[place + Number(button.dataset.turn)];
    button.disabled = !next;
    if (next) fetched(next.dataset.picture).catch(() => {});
  }
}

function turn(step) {
  const all = links();
  const next = all[all.findIndex((link) => link.dataset.picture === shown) + step];
  if (!next) return;
  const held = document.activeElement;
  said.replaceChildren();
  look(next);
  // The last of the row takes its button away: the focus goes to the other one.
  if (held?.matches("[data-turn]") && held.disabled) box.querySelector("[data-turn]:enabled")?.focus();
  next.scrollIntoView({ block: "nearest" });
}

// --- what stands beside it -----------------------------------------------------------------------------------

function fetched(id) {
  if (!known.has(id)) {
    const answer = fetch(box.dataset.beside.replace(/[0-9a-f-]{36}/, id)).then((response) => {
      if (!response.ok || response.redirected) throw new Error(`${response.status}`);
      return response.text();
    });
    known.set(id, answer);
    answer.catch(() => known.delete(id));
  }
  return known.get(id);
}

async function tell(id) {
  try {
    const words = await fetched(id);
    if (shown !== id) return;
    beside.innerHTML = words;
  } catch {
    if (shown === id) beside.textContent = "Limner does not answer, or the picture is gone. Close this and reload the page.";
  }
  beside.scrollTop = 0;
}

beside.addEventListener("click", async (event) => {
  const button = event.target.closest("button");
  if (button?.dataset.copyImage) {
    say(await copyPicture(button.dataset.copyImage)
      ? "The picture is copied."
      : "This browser copies no pictures from here. Download it instead.");
  } else if (button && "copyPrompt" in button.dataset) {
    const words = beside.querySelector(".beside-prompt").textContent;
    if (await copyText(words)) say("The prompt is copied.");
    else byHand("Copy the prompt from here:", words);
  }
});

beside.addEventListener("submit", async (event) => {
  if (!event.target.matches("[data-share]")) return;
  event.preventDefault();
  const { copied, address, note } = await copyAddress(event.target);
  if (!address) say("Limner made no link just now. Try again in a moment.");
  else if (copied) say(`The link is copied. ${note}`);
  else byHand(`${note} Copy it from here:`, address);
});

function say(words) {
  const word = document.createElement("div");
  const line = document.createElement("p");
  word.className = "lightbox-word";
  line.textContent = words;
  word.append(line);
  said.replaceChildren(word);
  return word;
}

// Where a browser lets no page write to the clipboard (http on a network), the words stand there to be taken.
function byHand(words, value) {
  const word = say(words);
  const field = document.createElement("input");
  Object.assign(field, { className: "input", readOnly: true, value });
  field.setAttribute("aria-label", words);
  word.append(field);
  field.focus();
  field.select();
}

// --- buttons and keys ----------------------------------------------------------------------------------------

box.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button?.dataset.turn) turn(Number(button.dataset.turn));
  else if (button?.dataset.zoom) ({ in: zoom.inwards, out: zoom.outwards, fit: zoom.fit })[button.dataset.zoom]();
  const menu = beside.querySelector("details[open]");
  if (menu && !menu.contains(event.target)) menu.open = false;
});

box.addEventListener("keydown", (event) => {
  if (event.target.matches("input") || event.ctrlKey || event.metaKey || event.altKey) return;
  const menu = beside.querySelector("details[open]");
  const keys = {
    ArrowLeft: () => (zoom.zoomed() ? zoom.pan(PAN, 0) : turn(rightToLeft() ? 1 : -1)),
    ArrowRight: () => (zoom.zoomed() ? zoom.pan(-PAN, 0) : turn(rightToLeft() ? -1 : 1)),
    ArrowUp: zoom.zoomed() && (() => zoom.pan(0, PAN)),
    ArrowDown: zoom.zoomed() && (() => zoom.pan(0, -PAN)),
    "+": zoom.inwards,
    "=": zoom.inwards,
    "-": zoom.outwards,
    0: () => zoom.fit(),
    Escape: menu && (() => {
      menu.open = false;
      menu.querySelector("summary").focus();
    }),
  };
  if (!keys[event.key]) return;
  event.preventDefault();
  keys[event.key]();
});

// Whoever leaves comes back to the picture they looked at last.
box.addEventListener("close", () => {
  const link = links().find((one) => one.dataset.picture === shown);
  shown = null;
  link?.focus({ preventScroll: true });
  link?.scrollIntoView({ block: "nearest" });
});
