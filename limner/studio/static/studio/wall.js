// The wall: cards follow the account's stream. Progress and previews change what is there; whatever the ledger keeps
// (state, pictures) comes as the card's own markup from the server and is morphed in.
import { all, data, hit, maybe, one } from "../look/js/elements.js";
import { follow } from "../look/js/stream.js";
import { liveCards, showQueue } from "./queue.js";
import { showTitle } from "./title.js";
import { gettext } from "../look/js/words.js";

const wall = one(HTMLElement, "#wall");
const away = one(HTMLElement, "#away");
const announcer = one(HTMLElement, "#announcer");
const QUEUE_LOOK = 5000; // how often a waiting card asks for its place in line
const HIDDEN_LOOK = 15000; // how often a hidden tab, which has let go of the stream, asks how its jobs stand
const AWAY_AFTER = 3000;
const AGAIN_AFTER = 2000;
const SETTLE = 60; // a picture and the state that follows it come together: one look at the card is enough

const cardOf = (/** @type {string} */ job) => document.getElementById(`job-${job}`);

// --- cards ---------------------------------------------------------------------------------------------------

/** @type {Map<string, number>} */
const due = new Map();
/** @param {string} job */
function refresh(job) {
  clearTimeout(due.get(job));
  due.set(job, setTimeout(() => {
    due.delete(job);
    const card = cardOf(job);
    if (card) htmx.trigger(card, "refresh");
    else arrive(job);
  }, SETTLE));
}

// A look that found nobody is taken again: the event that asked for it will not come twice.
for (const trouble of /** @type {const} */ (["htmx:error", "htmx:response:error"])) {
  document.addEventListener(trouble, ({ detail: { ctx } }) => {
    const card = ctx?.sourceElement;
    const gone = ctx?.response && ctx.response.status < 500;
    if (!(card instanceof HTMLElement) || !card.matches(".card-job") || gone) return;
    setTimeout(() => refresh(data(card, "job")), AGAIN_AFTER);
  });
}

// A job that another tab or a program has submitted.
let asking = 0;
/** @param {string} job */
function arrive(job) {
  if (asking) return void refresh(job); // it may be the one whose answer is on its way
  const url = data(wall, "card").replace(/[0-9a-f-]{36}/, job);
  htmx.ajax("GET", url, { target: "#wall", swap: "afterbegin", source: wall });
}
document.addEventListener("htmx:before:request", (event) => { if (isMaking(event)) asking += 1; });
document.addEventListener("htmx:finally:request", (event) => { if (isMaking(event)) asking -= 1; });
/** @param {DocumentEventMap["htmx:before:request"]} event */
const isMaking = ({ detail: { ctx } }) => ctx.request.method === "POST" && ctx.target === wall;

function tidy() {
  const seen = new Set();
  for (const card of all(HTMLElement, ".card-job", wall)) {
    if (seen.has(card.id)) card.remove();
    seen.add(card.id);
    localTime(card);
  }
}

/** @type {Map<string, string>} */
const said = new Map();
function announce() {
  for (const card of all(HTMLElement, ".card-job", wall)) {
    const words = data(card, "announcement");
    if (said.get(card.id) !== words && said.has(card.id)) announcer.textContent = words;
    else if (!said.has(card.id) && started) announcer.textContent = words;
    said.set(card.id, words);
  }
}

/** @param {HTMLElement} card */
function localTime(card) {
  const time = maybe(HTMLTimeElement, "time[data-time]", card);
  if (!time || time.dataset.time) return;
  const when = new Date(time.dateTime);
  const today = when.toDateString() === new Date().toDateString();
  /** @type {Intl.DateTimeFormatOptions} */
  const clock = { hour: "2-digit", minute: "2-digit" };
  time.textContent = when.toLocaleString([], today ? clock : { day: "numeric", month: "short", ...clock });
  time.dataset.time = "local";
}

// Whoever pressed a button that is gone after the swap stays at the card, not at the top of the page.
/** @type {HTMLElement | null | undefined} */
let held = null;
document.addEventListener("htmx:before:swap", () => {
  held = document.activeElement?.closest(".card-job");
});
document.addEventListener("htmx:after:swap", () => {
  tidy();
  announce();
  if (held?.isConnected && document.activeElement === document.body) held.focus({ preventScroll: true });
  hangAll();
  showStanding();
});

function showStanding() {
  showQueue();
  showTitle();
}

// --- pictures ------------------------------------------------------------------------------------------------

/** @param {HTMLImageElement} picture */
function hang(picture, still = false) {
  picture.dataset.hung = still ? "still" : "fading";
  const preview = picture.closest(".tile")?.querySelector(".tile-preview");
  setTimeout(() => preview?.replaceChildren(), still ? 0 : 900);
}
function hangAll(still = false) {
  for (const picture of all(HTMLImageElement, ".tile-picture:not([data-hung])", wall)) {
    if (picture.complete) hang(picture, still);
  }
}
for (const outcome of ["load", "error"]) {
  wall.addEventListener(outcome, (event) => {
    const picture = hit(event, HTMLImageElement, ".tile-picture:not([data-hung])");
    if (picture) hang(picture);
  }, true);
}

/** @param {{ job: string, index: number, image: string }} heard */
async function preview({ job, index, image }) {
  const place = document.getElementById(`preview-${job}-${index}`);
  if (!place || place.parentElement?.querySelector(".tile-picture")) return;
  const next = new Image();
  next.alt = "";
  next.src = image;
  await next.decode();
  place.replaceChildren(next);
  showQueue();
}

// --- progress ------------------------------------------------------------------------------------------------

/** @type {WeakMap<HTMLElement, Map<number, number>>} */
const begun = new WeakMap();

/** @param {{ job: string, index: number, step: number, steps: number, seconds_left?: number | null }} heard */
function progress({ job, index, step, steps, seconds_left: left }) {
  const card = cardOf(job);
  const bar = card && maybe(HTMLProgressElement, ".bar", card);
  if (card?.dataset.state !== "running" || !bar) return;
  const n = Number(card.dataset.n);
  const done = card.querySelectorAll(".tile-picture").length;
  const parts = begun.get(card) ?? new Map();
  begun.set(card, parts.set(index, step / steps));
  const sum = [...parts.values()].reduce((all, part) => all + part, 0);
  bar.value = Math.max(bar.value || 0, Math.min(1, Math.max(sum, done) / n));
  const words = n > 1
    ? [gettext("Picture {place} of {n}", { place: index + 1, n }), gettext("step {step} of {steps}", { step, steps })]
    : [gettext("Step {step} of {steps}", { step, steps })];
  if (typeof left === "number") words.push(timeLeft(left));
  const text = card.querySelector(".going-text[hx-morph-skip]");
  if (text) text.textContent = words.join(" · ");
  if (typeof left === "number") card.dataset.left = String(left);
  showStanding();
}

/** @param {number} seconds */
function timeLeft(seconds) {
  if (seconds >= 90) return gettext("about {n} min left", { n: Math.round(seconds / 60) });
  return gettext("about {n} s left", { n: Math.max(1, Math.round(seconds)) });
}

// --- the stream ----------------------------------------------------------------------------------------------

const heard = {
  state: (/** @type {{ job: string }} */ { job }) => {
    refresh(job);
    const form = document.getElementById("make");
    if (form) htmx.trigger(form, "takes"); // what is left of the credits, and how long the next one takes
  },
  picture: (/** @type {{ job: string }} */ { job }) => refresh(job),
  progress,
  // A preview that cannot be shown is followed by the next one.
  preview: (/** @type {Parameters<typeof preview>[0]} */ told) => preview(told).catch(() => {}),
};

let missing = 0;
/** @param {boolean} yes */
function connected(yes) {
  clearTimeout(missing);
  if (yes) away.hidden = true;
  else missing = setTimeout(() => { away.hidden = document.hidden; }, AWAY_AFTER);
}

let started = false;
tidy();
announce();
hangAll(true);
showStanding();
started = true;
if (wall.dataset.events) follow(wall.dataset.events, Number(data(wall, "seen")), (kind, told) => heard[kind](told), connected);

setInterval(() => {
  if (document.hidden) for (const card of liveCards()) htmx.trigger(card, "refresh");
}, HIDDEN_LOOK);
setInterval(() => {
  if (document.hidden) return;
  for (const card of wall.querySelectorAll('.card-job[data-state="queued"]')) htmx.trigger(card, "refresh");
}, QUEUE_LOOK);
