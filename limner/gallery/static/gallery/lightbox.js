// A picture of the page, looked at closely: opened by its tile, one of all the tiles that are there. What stands beside
// it comes from the server; without scripts the tile leads to the picture's page, which says and does the same.
import { all, data, hit, maybe, one } from "../look/js/elements.js";
import { copyAddress, copyPicture, copyText } from "./copying.js";
import { zoomable } from "./zoom.js";
import { gettext } from "../look/js/words.js";

const box = one(HTMLDialogElement, "#lightbox");
const stage = one(HTMLElement, ".lightbox-stage", box);
const picture = one(HTMLImageElement, ".lightbox-picture", box);
const beside = one(HTMLElement, ".lightbox-beside", box);
const said = one(HTMLElement, ".lightbox-said", box);
const PAN = 60;

/** @type {string | null} */
let shown = null; // the public id of the picture that is looked at
/** @type {Map<string, Promise<string>>} */
const known = new Map(); // what stands beside a picture, by its public id

const links = () => all(HTMLAnchorElement, "a[data-picture]");
const rightToLeft = () => getComputedStyle(box).direction === "rtl";

const zoom = zoomable(stage, picture, {
  changed(percent, scale) {
    one(HTMLElement, ".lightbox-level", box).textContent = `${percent} %`;
    one(HTMLButtonElement, "[data-zoom=out]", box).disabled = scale <= 1;
    one(HTMLButtonElement, "[data-zoom=fit]", box).disabled = scale <= 1;
    one(HTMLButtonElement, "[data-zoom=in]", box).disabled = scale >= 8;
  },
  swiped: (way) => turn((way === "left") !== rightToLeft() ? 1 : -1),
});

document.addEventListener("click", (event) => {
  const link = hit(event, HTMLAnchorElement, "a[data-picture]");
  if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  look(link);
});

/** @param {HTMLAnchorElement} link */
function look(link) {
  if (!box.open) {
    said.replaceChildren();
    box.showModal();
  }
  shown = data(link, "picture");
  const small = one(HTMLImageElement, "img", link);
  box.setAttribute("aria-label", small.alt);
  picture.alt = small.alt;
  const { width, height } = { width: small.getAttribute("width"), height: small.getAttribute("height") };
  Object.assign(picture.dataset, { width, height });
  picture.style.maxWidth = `${width}px`;
  picture.style.maxHeight = `${height}px`;
  picture.src = small.currentSrc || small.src;
  zoom.fit(false);
  sharpen(shown, data(link, "file"));
  tell(shown);
  placed();
}

// The small picture is there already; the whole one takes its place once it can be painted at once.
/** @param {string} id @param {string} file */
async function sharpen(id, file) {
  const whole = new Image();
  whole.src = file;
  await whole.decode().catch(() => {});
  if (shown === id && whole.naturalWidth) picture.src = file;
}

function placed() {
  const row = links();
  const place = row.findIndex((link) => link.dataset.picture === shown);
  one(HTMLElement, ".lightbox-place", box).textContent = row.length > 1 ? gettext("{place} of {all}", { place: place + 1, all: row.length }) : "";
  for (const button of all(HTMLButtonElement, "[data-turn]", box)) {
    const next = row[place + Number(button.dataset.turn)];
    button.disabled = !next;
    if (next) fetched(data(next, "picture")).catch(() => {});
  }
}

/** @param {number} step */
function turn(step) {
  const row = links();
  const next = row[row.findIndex((link) => link.dataset.picture === shown) + step];
  if (!next) return;
  const held = document.activeElement;
  said.replaceChildren();
  look(next);
  // The last of the row takes its button away: the focus goes to the other one.
  if (held?.matches("[data-turn]:disabled")) maybe(HTMLButtonElement, "[data-turn]:enabled", box)?.focus();
  next.scrollIntoView({ block: "nearest" });
}

// --- what stands beside it -----------------------------------------------------------------------------------

/** @param {string} id */
function fetched(id) {
  const kept = known.get(id);
  if (kept) return kept;
  const answer = fetch(data(box, "beside").replace(/[0-9a-f-]{36}/, id)).then((response) => {
    if (!response.ok || response.redirected) throw new Error(`${response.status}`);
    return response.text();
  });
  known.set(id, answer);
  answer.catch(() => known.delete(id));
  return answer;
}

/** @param {string} id */
async function tell(id) {
  try {
    const words = await fetched(id);
    if (shown !== id) return;
    beside.innerHTML = words;
  } catch {
    if (shown === id) beside.textContent = gettext("Limner does not answer, or the picture is gone. Close this and reload the page.");
  }
  beside.scrollTop = 0;
}

beside.addEventListener("click", async (event) => {
  const button = hit(event, HTMLButtonElement, "button");
  if (button?.dataset.copyImage) {
    say(await copyPicture(button.dataset.copyImage)
      ? gettext("The picture is copied.")
      : gettext("This browser copies no pictures from here. Download it instead."));
  } else if (button && "copyPrompt" in button.dataset) {
    const words = one(HTMLElement, ".beside-prompt", beside).textContent;
    if (await copyText(words)) say(gettext("The prompt is copied."));
    else byHand(gettext("Copy the prompt from here:"), words);
  }
});

beside.addEventListener("submit", async (event) => {
  const form = hit(event, HTMLFormElement, "[data-share]");
  if (!form) return;
  event.preventDefault();
  const { copied, address, note } = await copyAddress(form);
  if (!address) say(gettext("Limner made no link just now. Try again in a moment."));
  else if (copied) say(gettext("The link is copied. {note}", { note }));
  else byHand(gettext("{note} Copy it from here:", { note }), address);
});

/** @param {string} words */
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
/** @param {string} words @param {string} value */
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

/** @type {Record<string, () => void>} */
const ZOOMS = { in: zoom.inwards, out: zoom.outwards, fit: () => zoom.fit() };
const openMenu = () => maybe(HTMLDetailsElement, "details[open]", beside);

box.addEventListener("click", (event) => {
  const button = hit(event, HTMLButtonElement, "button");
  if (button?.dataset.turn) turn(Number(button.dataset.turn));
  else if (button?.dataset.zoom) ZOOMS[button.dataset.zoom]?.();
  const menu = openMenu();
  if (menu && !(event.target instanceof Node && menu.contains(event.target))) menu.open = false;
});

box.addEventListener("keydown", (event) => {
  if (hit(event, HTMLInputElement, "input") || event.ctrlKey || event.metaKey || event.altKey) return;
  const menu = openMenu();
  /** @type {Record<string, (() => void) | false | null>} */
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
      one(HTMLElement, "summary", menu).focus();
    }),
  };
  const does = keys[event.key];
  if (!does) return;
  event.preventDefault();
  does();
});

// Whoever leaves comes back to the picture they looked at last.
box.addEventListener("close", () => {
  const link = links().find((one) => one.dataset.picture === shown);
  shown = null;
  link?.focus({ preventScroll: true });
  link?.scrollIntoView({ block: "nearest" });
});
