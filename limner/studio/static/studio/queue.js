// The strip above the wall: what waits or is drawn, however far down its card is. The cards are the only source of it;
// a job that failed while the page was open stays in it until it was looked at.

const wall = document.getElementById("wall");
const row = document.querySelector("#queue .queue-row");
const sum = row.querySelector(".queue-sum");
const [howMany, howLong] = sum.children;
const list = row.querySelector(".queue-jobs");
const mould = document.querySelector("#queue template");

const chips = new Map();
const failed = new Set();
const inView = new Set();

export const liveCards = () => [...wall.querySelectorAll('.card-job:is([data-state="queued"], [data-state="running"])')];

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
  const ended = [...failed].map((id) => document.getElementById(id)).filter(Boolean);
  const shown = [...drawn, ...waiting, ...ended];
  const kept = new Set(shown.map((card) => card.id));
  for (const [id, chip] of chips) if (!kept.has(id)) forget(id, chip);
  shown.forEach((card, place) => {
    const chip = chips.get(card.id) ?? add(card);
    if (list.children[place] !== chip) list.insertBefore(chip, list.children[place] ?? null);
    fill(chip, card);
  });
  sum.hidden = live.length < 2;
  say(howMany, `${live.length} in the queue`);
  say(howLong, inAll(Math.max(...live.map(secondsLeft))));
  // One job whose card is before one's eyes needs no second telling.
  row.hidden = shown.length === 0 || (live.length === 1 && !ended.length && inView.has(live[0].id));
}

function watch(card) {
  if (card.watched) return;
  card.watched = true;
  watcher.observe(card);
}

function add(card) {
  const chip = mould.content.firstElementChild.cloneNode(true);
  const link = chip.querySelector(".queue-link");
  link.href = `#${card.id}`;
  link.addEventListener("click", (event) => {
    event.preventDefault();
    lookAt(card.id);
  });
  chip.querySelector(".queue-end").addEventListener("click", () => end(card.id));
  chips.set(card.id, chip);
  return chip;
}

function forget(id, chip) {
  const held = chip.contains(document.activeElement);
  chip.remove();
  chips.delete(id);
  if (held) document.getElementById(id)?.focus({ preventScroll: true });
}

function fill(chip, card) {
  const ended = card.dataset.state === "failed";
  chip.classList.toggle("queue-failed", ended);
  const prompt = card.querySelector(".label-prompt").textContent;
  say(chip.querySelector(".queue-prompt"), prompt);
  say(chip.querySelector(".queue-status"), ended ? "Not drawn: see why" : standing(card));
  chip.querySelector(".queue-bar").value = ended ? 0 : card.querySelector(".bar").value || 0;
  const button = chip.querySelector(".queue-end");
  button.setAttribute("aria-label", ended ? `Take off the strip: ${prompt}` : `Cancel: ${prompt}`);
  button.disabled = !ended && !cancelOf(card);
  const newest = [...card.querySelectorAll(".tile :is(.tile-picture, .tile-preview img)")].at(-1);
  const place = chip.querySelector(".queue-preview");
  if (!newest || place.firstElementChild?.src === newest.src) return;
  const small = new Image();
  small.alt = "";
  small.src = newest.src;
  place.replaceChildren(small);
}

const cancelOf = (card) => card.querySelector(".going form");

function end(id) {
  const card = document.getElementById(id);
  if (failed.delete(id)) return void showQueue();
  if (card) cancelOf(card)?.requestSubmit();
}

function lookAt(id) {
  const card = document.getElementById(id);
  card.scrollIntoView({ block: "center", behavior: "smooth" });
  card.focus({ preventScroll: true });
  if (failed.delete(id)) showQueue();
}

const secondsLeft = (card) => Math.max(1, Number(card.dataset.left) || 0);

function inAll(seconds) {
  if (seconds >= 90) return `about ${Math.round(seconds / 60)} min in all`;
  return `about ${Math.round(seconds)} s in all`;
}

// What the card says at length, in a few words.
function standing(card) {
  if (!cancelOf(card)) return card.querySelector(".going-text").textContent; // it is stopping
  const seconds = secondsLeft(card);
  const left = seconds >= 90 ? `${Math.round(seconds / 60)} min left` : `${Math.round(seconds)} s left`;
  if (card.dataset.state === "running") return `${Math.round((card.querySelector(".bar").value || 0) * 100)} % · ${left}`;
  const ahead = Number(card.dataset.ahead);
  return ahead ? `${ahead} ahead · ${left}` : `Next in line · ${left}`;
}

function say(place, words) {
  if (place.textContent !== words) place.textContent = words;
}
