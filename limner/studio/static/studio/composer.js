// The prompt box: grows with its words, draws on Ctrl or ⌘ with Enter, and is filled by examples and by old prompts.

const form = document.getElementById("make");
const box = document.getElementById("prompt");
const wall = document.getElementById("wall");

if (form) {
  // A finger would get the keyboard in its face.
  if (window.matchMedia("(pointer: fine)").matches) box.focus({ preventScroll: true });
  grows();
  keys();
  counts();
  unfolds();
  fills();
  document.getElementById("model")?.addEventListener("change", (event) => {
    window.location.search = new URLSearchParams({ model: event.target.value });
  });
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

function counts() {
  const count = document.getElementById("count");
  const buttons = form.querySelectorAll("[data-step]");
  const show = () => {
    for (const button of buttons) {
      const next = Number(count.value) + Number(button.dataset.step);
      button.disabled = next < Number(count.min) || next > Number(count.max);
    }
  };
  for (const button of buttons) {
    button.addEventListener("click", () => {
      count.value = Math.min(count.max, Math.max(count.min, Number(count.value) + Number(button.dataset.step)));
      show();
    });
  }
  count.addEventListener("input", show);
  show();
}

function unfolds() {
  const toggle = document.getElementById("picks-toggle");
  if (!toggle) return;
  const picks = document.getElementById("picks");
  const picked = document.getElementById("picked");
  const fold = (open) => {
    toggle.setAttribute("aria-expanded", open);
    picks.toggleAttribute("data-open", open);
  };
  toggle.addEventListener("click", () => fold(toggle.getAttribute("aria-expanded") !== "true"));
  const show = () => {
    const chosen = [...picks.querySelectorAll("input:checked")].filter((input) => input.value);
    picked.textContent = chosen.length ? `: ${chosen.map((input) => input.parentElement.innerText.trim()).join(", ")}` : "";
  };
  picks.addEventListener("change", show);
  show();
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
