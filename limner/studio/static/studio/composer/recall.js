// ↑ on the box's first line brings the prompt before, as a shell does; ↓ on its last goes back, to what was being typed.

/**
 * Recall the prompts of the cards on `wall` in `box`.
 * @param {HTMLTextAreaElement} box
 * @param {HTMLElement} wall
 */
export function recall(box, wall) {
  let at = -1; // -1: what was being typed
  let typed = "";
  /** @type {string | null} */
  let shown = null;

  const earlier = () => {
    const prompts = [...wall.querySelectorAll(".label-prompt:not(.label-wordless)")].map((label) => label.textContent.trim());
    return [...new Set(prompts)].filter((prompt) => prompt && prompt !== typed.trim());
  };

  const step = (/** @type {number} */ by) => {
    if (box.value !== shown) { // somebody has typed since: begin anew from that
      at = -1;
      typed = box.value;
    }
    const prompts = earlier();
    const next = at + by;
    if (next < -1 || next >= prompts.length) return;
    at = next;
    shown = prompts[at] ?? typed;
    box.value = shown;
    box.dispatchEvent(new Event("input", { bubbles: true }));
    const end = by > 0 ? 0 : shown.length;
    box.setSelectionRange(end, end);
  };

  box.addEventListener("keydown", (event) => {
    const by = event.key === "ArrowUp" ? 1 : event.key === "ArrowDown" ? -1 : 0;
    if (!by ||
 event.shiftKey || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    const { selectionStart: start, selectionEnd: end, value } = box;
    if (start !== end) return;
    // The browser moves the caret first. Where it does not move, there is no further line that way.
    setTimeout(() => {
      if (box.selectionStart === start && box.selectionEnd === start && box.value === value) step(by);
    });
  });
}
