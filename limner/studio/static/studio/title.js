// The page's title: how far the drawing is, how many jobs there are, and a mark when all is done behind one's back.
import { maybe } from "../look/js/elements.js";
import { liveCards } from "./queue.js";

const name = document.title;
let working = false;
let done = false;

export function showTitle() {
  const live = liveCards();
  if (working && !live.length && document.hidden) done = true;
  if (live.length || !document.hidden) done = false;
  working = live.length > 0;
  const words = done ? `✓ ${name}` : working ? [howMany(live), howFar(live), name].join("") : name;
  if (document.title !== words) document.title = words;
}

const howMany = (/** @type {HTMLElement[]} */ live) => (live.length > 1 ? `(${live.length}) ` : "");

/** @param {HTMLElement[]} live */
function howFar(live) {
  const drawn = live.filter((card) => card.dataset.state === "running");
  if (!drawn.length) return "";
  const share = drawn.reduce((sum, card) => sum + shareOf(card), 0) / drawn.length;
  return `${Math.round(share * 100)} % · `;
}

// A hidden tab hears of no steps: there, the card says what was predicted.
/** @param {HTMLElement} card */
function shareOf(card) {
  const heard = maybe(HTMLProgressElement, ".bar", card)?.value ?? 0;
  return document.hidden ? Math.max(heard, Number(card.dataset.share)) : heard;
}

document.addEventListener("visibilitychange", showTitle);
