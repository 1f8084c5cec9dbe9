// Mouse, pen and finger on the stage, told as what they mean: one presses, moves and lets go; two move and zoom.

/**
 * Tell `hears` of them. No point is hovered over once the pointer has left.
 * Points are the stage's pixels. The stage's place is measured when a pointer comes down, not at every move.
 * @param {HTMLElement} stage
 * @param {{
 *   begin(point: Point, event: PointerEvent): void,
 *   move(points: Point[]): void,
 *   end(event: PointerEvent): void,
 *   drop(): void,
 *   look(factor: number, at: Point, dx: number, dy: number): void,
 *   hover(point: Point | null): void,
 * }} hears
 */
export function pointers(stage, hears) {
  /** @type {Map<number, Point>} */
  const down = new Map();
  let place = stage.getBoundingClientRect();
  /** @type {number | null} */
  let drawing = null;
  const at = (/** @type {MouseEvent} */ event) => ({ x: event.clientX - place.left, y: event.clientY - place.top });
  const measure = () => { place = stage.getBoundingClientRect(); };

  stage.addEventListener("pointerenter", measure);
  stage.addEventListener("pointerdown", (event) => {
    if (event.pointerType === "mouse" && event.button > 1) return;
    event.preventDefault();
    stage.focus({ preventScroll: true });
    measure();
    try {
      stage.setPointerCapture(event.pointerId);
    } catch { /* a pointer that is already gone */ }
    down.set(event.pointerId, at(event));
    if (down.size === 1) {
      drawing = event.pointerId;
      hears.begin(at(event), event);
    } else if (drawing !== null) {
      drawing = null;
      hears.drop(); // the second finger: it was the beginning of a pinch
    }
  });

  stage.addEventListener("pointermove", (event) => {
    const before = down.get(event.pointerId);
    if (!before) {
      if (event.pointerType !== "touch") hears.hover(at(event));
      return;
    }
    const now = at(event);
    if (event.pointerId === drawing) {
      const all = event.getCoalescedEvents?.() ?? [];
      hears.move(all.length ? all.map(at) : [now]);
    } else if (down.size === 2 && drawing === null) pinched(event.pointerId, before, now);
    down.set(event.pointerId, now);
  });

  /** @param {number} id @param {Point} before @param {Point} now */
  function pinched(id, before, now) {
    const [other] = [...down].filter(([key]) => key !== id).map(([, point]) => point);
    if (!other) return;
    const apart = (/** @type {Point} */ point) => Math.max(8, Math.hypot(point.x - other.x, point.y - other.y));
    const middle = { x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 };
    hears.look(apart(now) / apart(before), middle, (now.x - before.x) / 2, (now.y - before.y) / 2);
  }

  const up = (/** @type {PointerEvent} */ event) => {
    if (!down.delete(event.pointerId)) return;
    if (event.pointerId !== drawing) return;
    drawing = null;
    if (event.type === "pointercancel") hears.drop();
    else hears.end(event);
  };
  stage.addEventListener("pointerup", up);
  stage.addEventListener("pointercancel", up);
  stage.addEventListener("pointerleave", () => hears.hover(null));
  stage.addEventListener("wheel", (event) => {
    if (!(event.ctrlKey || event.metaKey) && document.activeElement !== stage) return; // the page scrolls
    event.preventDefault();
    measure();
    if (event.ctrlKey || event.metaKey) hears.look(Math.exp(-event.deltaY / 200), at(event), 0, 0);
    else hears.look(1, at(event), -event.deltaX, -event.deltaY);
  }, { passive: false });
}
