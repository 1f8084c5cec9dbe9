// What the chosen model takes: how long a prompt, how many pictures, and whether it can be told how different they shall be.
import { all, data, maybe, one } from "../../look/js/elements.js";

for (const form of all(HTMLFormElement, "#edit, #vary")) {
  const model = maybe(HTMLSelectElement, "select[name=model]", form);
  if (model) follow(form, model);
}

/**
 * @param {HTMLFormElement} form
 * @param {HTMLSelectElement} model
 */
function follow(form, model) {
  const show = () => {
    const [chosen] = model.selectedOptions;
    if (!chosen) return;
    one(HTMLInputElement, "[name=n]", form).max = data(chosen, "most");
    const prompt = maybe(HTMLTextAreaElement, "[name=prompt]", form);
    if (prompt) prompt.maxLength = Number(data(chosen, "mostPrompt"));
    const strength = maybe(HTMLElement, "[data-for-strength]", form);
    if (strength) strength.hidden = chosen.dataset.strength === undefined;
  };
  model.addEventListener("change", show);
  show();
}
