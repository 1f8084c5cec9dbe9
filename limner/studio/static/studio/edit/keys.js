// The stage by keyboard: arrows move the brush, brackets size it, Space paints while it is held, Enter puts the brush down
// and lifts it.

const STEP = 10;
const FAR = 50;
/** @type {Record<string, [dx: number, dy: number]>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/**
 * `does` maps single keys to what they do, and the names of the verbs.
 * @param {HTMLElement} stage
 * @param {Record<string, () => void>} does
 * @param {{ move(dx: number, dy: number): void, press(): void, release(): void, toggle(): void, escape(): void }} brush
 */
export function keys(stage, does, brush) {
  stage.addEventListener("keydown", (event) => {
    const name = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const arrow = ARROWS[name];
    if (event.ctrlKey || event.metaKey) {
      const verb = name === "z" ? (event.shiftKey ? "redo" : "undo") : name === "y" ? "redo" : null;
      if (!verb) return;
      event.preventDefault();
      does[verb]?.();
    } else if (arrow) {
      event.preventDefault();
      const far = event.shiftKey ? FAR : STEP;
      brush.move(arrow[0] * far, arrow[1] * far);
    } else if (name === " ") {
      event.preventDefault();
      if (!event.repeat) brush.press();
    } else if (name === "Enter") {
      event.preventDefault(); // it would send the form
      if (!event.repeat) brush.toggle();
    } else if (name === "Escape") brush.escape();
    else if (!event.altKey && does[name]) {
      event.preventDefault();
      does[name]();
    }
  });
  stage.addEventListener("keyup", (event) => {
    if (event.key !== " ") return;
    event.preventDefault();
    brush.release();
  });
  stage.addEventListener("blur", () => brush.release());
}
