// The prompt box: grows with its words, draws on Ctrl or ⌘ with Enter, and is filled by examples and by old prompts.
import { drafts } from "./composer/drafts.js";
import { counted } from "./composer/length.js";
import { foretells, seeds, typedSize, unfolds } from "./composer/options.js";
import { writes } from "./composer/random.js";
import { recall } from "./composer/recall.js";

const announcer = document.getElementById("announcer");
const form = document.getElementById("make");
const box = document.getElementById("prompt");
const wall = document.getElementById("wall");

if (form) {
  // A finger would get the keyboard in its face.
  if (window.matchMedia("(pointer: fine)").matches) box.focus({ preventScroll: true });
  grows();
  keys();
  counts();
  unfolds(form);
  typedSize(form);
  seeds(form);
  foretells(form);
  fills();
  models();
  counted(box, document.getElementById("length"), announcer);
  recall(box, wall);
  writes(form, box, document.getElementById("random"), announcer);
  drafts(form, box);
}

function grows() {
  if (CSS.supports("field-sizing", "content")) return;
  const fit = () => {
    box.style.height = "auto";
    box.style.height = `${box.scrollHeight}px`;
  };
  box.addEventListener("input", fit);
  fit();
}

function keys() {
  if (/Mac|iP(hone|ad)/.test(navigator.platform)) form.querySelector("[data-modifier]").textContent = "⌘";
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
}

// The settings of another model replace these controls: what happens to them is heard at the form.
function counts() {
  const count = () => document.getElementById("count");
  const show = () => {
    const { value, min, max } = count();
    for (const button of form.querySelectorAll("[data-step]")) {
      const next = Number(value) + Number(button.dataset.step);
      button.disabled = next < Number(min) || next > Number(max);
    }
    prices();
  };
  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-step]");
    if (!button) return;
    const { value, min, max } = count();
    count().value = Math.min(max, Math.max(min, Number(value) + Number(button.dataset.step)));
    count().dispatchEvent(new Event("change", { bubbles: true }));
    show();
  });
  form.addEventListener("input", (event) => { if (event.target.matches("#count, #size, #quality")) show(); });
  document.addEventListener("htmx:after:swap", () => show());
  show();
}

// The price of the whole job, as `limner.engines.prices.money` says it.
function prices() {
  const place = form.querySelector("#price [data-price]");
  const known = document.getElementById("size").selectedOptions[0].dataset.each;
  if (!known) return; // a size that is typed: the server says
  const byQuality = JSON.parse(known);
  const quality = document.getElementById("quality")?.value;
  const each = byQuality[quality] ?? Object.values(byQuality)[0];
  const n = Number(document.getElementById("count").value);
  if (place && each && Number.isInteger(n) && n > 0) place.textContent = `about ${money(each * n)}`;
}

function money(millicredits) {
  if (millicredits < 50) return "less than 0.1 cents";
  const tenths = Math.floor((millicredits + 50) / 100);
  if (tenths >= 1000) return `$${(Math.floor((millicredits + 500) / 1000) / 100).toFixed(2)}`;
  return tenths === 10 ? "1 cent" : `${tenths / 10} cents`;
}

// Another model: its settings come in place, and a reload keeps it.
function models() {
  const model = document.getElementById("model");
  if (!model) return;
  document.addEventListener("htmx:after:swap", () => {
    box.maxLength = Number(document.getElementById("settings").dataset.longest);
  });
  model.addEventListener("change", () => {
    history.replaceState(null, "", `?${new URLSearchParams({ model: model.value })}`);
  });
}

function fills() {
  const fill = (words) => {
    box.value = words;
    box.dispatchEvent(new Event("input", { bubbles: true }));
    box.focus();
    box.setSelectionRange(words.length, words.length);
  };
  document.querySelector(".examples").addEventListener("click", (event) => {
    const example = event.target.closest("[data-example]");
    if (example) fill(example.dataset.example);
  });
  wall.addEventListener("click", (event) => {
    const card = event.target.closest("[data-words]")?.closest(".card-job");
    if (card) fill(card.querySelector(".label-prompt").textContent);
  });
}
