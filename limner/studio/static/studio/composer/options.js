// What the options say of themselves: panels that unfold, a size that is typed, the seed that was drawn with.
// The settings of another model replace these controls: what happens to them is heard at the form.

const panelOf = (toggle) => document.getElementById(toggle.getAttribute("aria-controls"));

/** "Style and colour" and "More options" unfold, and say while they are folded what is chosen in them, or how much. */
export function unfolds(form) {
  const show = () => {
    for (const toggle of form.querySelectorAll(".picks-toggle")) {
      toggle.setAttribute("aria-expanded", panelOf(toggle).hasAttribute("data-open"));
      toggle.querySelector(".picked").textContent = saysOf(panelOf(toggle));
    }
  };
  form.addEventListener("click", (event) => {
    const toggle = event.target.closest(".picks-toggle");
    if (!toggle) return;
    panelOf(toggle).toggleAttribute("data-open");
    show();
  });
  form.addEventListener("change", show);
  document.addEventListener("htmx:after:swap", show);
  // A field that is folded away cannot say what is wrong with it.
  form.addEventListener("invalid", (event) => {
    event.target.closest(".picks")?.setAttribute("data-open", "");
    show();
  }, true);
  show();
}

function saysOf(panel) {
  const chosen = [...panel.querySelectorAll("input:checked")].filter((input) => input.value);
  if (chosen.length) return `: ${chosen.map((input) => input.parentElement.textContent.trim()).join(", ")}`;
  const set = [...panel.querySelectorAll("[data-usual]")].filter((field) => field.value !== field.dataset.usual);
  return set.length ? ` (${set.length})` : "";
}

/** Width and height count only where the size is to be typed. */
export function typedSize(form) {
  const show = () => {
    document.getElementById("typed-size").disabled = document.getElementById("size").value !== "custom";
  };
  form.addEventListener("change", (event) => {
    if (!event.target.matches("#size")) return;
    show();
    if (event.target.value === "custom") document.getElementById("width").select();
  });
  document.addEventListener("htmx:after:swap", show);
  show();
}

/** One button keeps the seed of the last job, and lets it go again. */
export function seeds(form) {
  const seed = () => document.getElementById("seed");
  const last = () => document.getElementById("ask").dataset.seed ?? "";
  const show = () => {
    const button = document.getElementById("seed-button");
    if (!button) return;
    button.textContent = seed().value ? button.dataset.shuffle : button.dataset.keep;
    button.disabled = !seed().value && !last();
  };
  form.addEventListener("click", (event) => {
    if (!event.target.closest("#seed-button")) return;
    seed().value = seed().value ? "" : last();
    seed().dispatchEvent(new Event("change", { bubbles: true }));
    show();
  });
  form.addEventListener("input", (event) => { if (event.target === seed()) show(); });
  document.addEventListener("htmx:after:swap", show);
  show();
}

/** What it takes is asked for anew when something that changes it was chosen: not with each word, nor with a model, whose
 * settings bring it along. */
export function foretells(form) {
  form.addEventListener("change", (event) => {
    if (!event.target.matches("#model, #prompt")) htmx.trigger(form, "takes");
  });
}
