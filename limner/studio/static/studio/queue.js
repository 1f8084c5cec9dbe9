// The strip above the wall: what waits or is drawn, however far down its card is. The cards are the only source of it;
// a job that failed while the page was open stays in it until it was looked at.
import { all, maybe, one } from "../look/js/elements.js";
import { gettext } from "../look/js/words.js";

const wall = one(HTMLElement, "#wall");
const row = one(HTMLElement, "#queue .queue-row");
const sum = one(HTMLElement, ".queue-sum", row);
const howMany = one(HTMLElement, ":first-child", sum);
const howLong = one(HTMLElement, ":last-child", sum);
const list = one(HTMLElement, ".queue-jobs", row);
const mould = one(HTMLTemplateElement, "#queue template");

/** @type {Map<string, HTMLElement>} */
const chips = new Map();
/** @type {Set<string>} */
const failed = new Set();
/** @type {Set<string>} */
const inView = new Set();
/** @type {WeakSet<HTMLElement>} */
const watched = new WeakSet();

export const liveCards = () => all(HTMLElement, '.card-job:is([data-state="queued"], [data-state="running"])', wall);

const watcher = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    if (isIntersecting) inView.add(target.id);
    else inView.delete(target.id);
  }
  showQueue();
});

let due = false;
export function showQueue() {
  if (due) return;
  due = true;
  requestAnimationFrame(() => {
    due = false;
    show();
  });
}

function show() {
  const live = liveCards();
  for (const card of live) watch(card);
  for (const [id, chip] of chips) {
    const told = chip.classList.contains("queue-failed"); // and looked at since, perhaps
    if (!told && document.getElementById(id)?.dataset.state === "failed") failed.add(id);
  }
  // What is drawn first, then what waits in the order in which it was asked for: the wall has the newest first.
  const waiting = live.filter((card) => card.dataset.state === "queued").reverse();
  const drawn = live.filter((card) => card.dataset.state === "running").reverse();
  const ended = [...failed].map((id) => document.getElementById(id)).filter((card) => card !== null);
  const shown = [...drawn, ...waiting, ...ended];
  const kept = new Set(shown.map((card) => card.id));
  for (const [id, chip] of chips) if (!kept.has(id)) forget(id, chip);
  shown.forEach((card, place) => {
    const chip = chips.get(card.id) ?? add(card);
    if (list.children[place] !== chip) list.insertBefore(chip, list.children[place] ?? null);
    chip.style.setProperty("--place", `${place}`);
    fill(chip, card);
  });
  sum.hidden = live.length === 0;
  say(howMany, gettext("{n} in the queue", { n: live.length }));
  say(howLong, inAll(Math.max(...live.map(secondsLeft))));
  // One job whose card is before one's eyes needs no second telling.
  row.hidden = shown.length === 0 || (live.length === 1 && !ended.length && live.every(({ id }) => inView.has(id)));
}

/** @param {HTMLElement} card */
function watch(card) {
  if (watched.has(card)) return;
  watched.add(card);
  watcher.observe(card);
}

/** @param {HTMLElement} card */
function add(card) {
  const chip = one(HTMLElement, ".queue-job", document.importNode(mould.content, true));
  const link = one(HTMLAnchorElement, ".queue-link", chip);
  link.href = `#${card.id}`;
  link.addEventListener("click", (event) => {
    event.preventDefault();
    lookAt(card.id);
  });
  one(HTMLButtonElement, ".queue-end", chip).addEventListener("click", () => end(card.id));
  chips.set(card.id, chip);
  return chip;
}

/** @param {string} id @param {HTMLElement} chip */
function forget(id, chip) {
  const held = chip.contains(document.activeElement);
  chip.remove();
  chips.delete(id);
  if (held) document.getElementById(id)?.focus({ preventScroll: true });
}

/** @param {HTMLElement} chip @param {HTMLElement} card */
function fill(chip, card) {
  const ended = card.dataset.state === "failed";
  chip.classList.toggle("queue-failed", ended);
  const prompt = one(HTMLElement, ".label-prompt", card).textContent;
  say(one(HTMLElement, ".queue-prompt", chip), prompt);
  say(one(HTMLElement, ".queue-status", chip), ended ? gettext("Not drawn: see why") : standing(card));
  one(HTMLProgressElement, ".queue-bar", chip).value = ended ? 0 : progressOf(card);
  const button = one(HTMLButtonElement, ".queue-end", chip);
  button.setAttribute("aria-label", ended ? gettext("Take off the strip: {prompt}", { prompt }) : gettext("Cancel: {prompt}", { prompt }));
  button.disabled = !ended && !cancelOf(card);
  const newest = all(HTMLImageElement, ".tile :is(.tile-picture, .tile-preview img)", card).at(-1);
  const place = one(HTMLElement, ".queue-preview", chip);
  if (!newest || maybe(HTMLImageElement, "img", place)?.src === newest.src) return;
  const small = new Image();
  small.alt = "";
  small.src = newest.src;
  place.replaceChildren(small);
}

const cancelOf = (/** @type {HTMLElement} */ card) => maybe(HTMLFormElement, ".going form", card);
const progressOf = (/** @type {HTMLElement} */ card) => one(HTMLProgressElement, ".bar", card).value || 0;

/** @param {string} id */
function end(id) {
  const card = document.getElementById(id);
  if (failed.delete(id)) return void showQueue();
  if (card) cancelOf(card)?.requestSubmit();
}

/** @param {string} id */
function lookAt(id) {
  const card = document.getElementById(id);
  card?.scrollIntoView({ block: "center", behavior: "smooth" });
  card?.focus({ preventScroll: true });
  if (failed.delete(id)) showQueue();
}

const secondsLeft = (/** @type {HTMLElement} */ card) => Math.max(1, Number(card.dataset.left) || 0);

/** @param {number} seconds */
function inAll(seconds) {
  if (seconds >= 90) return gettext("about {n} min in all", { n: Math.round(seconds / 60) });
  return gettext("about {n} s in all", { n: Math.round(seconds) });
}

// What the card says at length, in a few words.
/** @param {HTMLElement} card */
function standing(card) {
  if (!cancelOf(card)) return one(HTMLElement, ".going-text", card).textContent; // it is stopping
  const seconds = secondsLeft(card);
  const left = seconds >= 90
    ? gettext("{n} min left", { n: Math.round(seconds / 60) })
    : gettext("{n} s left", { n: Math.round(seconds) });
  if (card.dataset.state === "running") return `${Math.round(progressOf(card) * 100)} % · ${left}`;
  const ahead = Number(card.dataset.ahead);
  return ahead ? gettext("{ahead} ahead · {left}", { ahead, left }) : gettext("Next in line · {left}", { left });
}

/** @param {HTMLElement} place @param {string} words */
function say(place, words) {
  if (place.textContent !== words) place.textContent = words;
}
