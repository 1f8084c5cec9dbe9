// Zoom and pan of one picture in its stage: buttons, wheel, double click and double tap, pinch, drag, keys. A sideways
// swipe of a finger over a picture that is not zoomed is no pan: it is told to `swiped`.
import { hit } from "../look/js/elements.js";

const MOST = 8;
const STEP = 1.5;
const DOUBLE = 320; // milliseconds between the two taps of one
const SWIPE = 48;
const STILL = 8;

/**
 * @param {HTMLElement} stage
 * @param {HTMLImageElement} picture
 * @param {{ changed(percent: number, scale: number): void, swiped(way: "left" | "right"): void }} tells
 */
export function zoomable(stage, picture, { changed, swiped }) {
  const at = { scale: 1, x: 0, y: 0 };
  /** @type {Map<number, Point>} */
  const fingers = new Map();
  /** @type {Point & { far: number, scale: number } | null} */
  let pinch = null;
  /** @type {Point & { from: Point, finger: boolean } | null} */
  let begun = null;
  let tapped = { when: 0, x: 0, y: 0 };

  // How much the picture is shrunk to fit, so that 100 % means a dot of it on a dot of the page.
  const fit = () => {
    const { width, height } = sizeOf();
    return Math.min(picture.offsetWidth / width, picture.offsetHeight / height);
  };
  const sizeOf = () => ({ width: Number(picture.dataset.width) || 1, height: Number(picture.dataset.height) || 1 });

  function show(smooth = false) {
    const { width, height } = sizeOf();
    const most = (/** @type {number} */ side, /** @type {number} */ room) => Math.max(0, (side * fit() * at.scale - room) / 2);
    const x = most(width, stage.clientWidth);
    const y = most(height, stage.clientHeight);
    at.x = Math.min(x, Math.max(-x, at.x));
    at.y = Math.min(y, Math.max(-y, at.y));
    picture.classList.toggle("lightbox-smooth", smooth);
    picture.style.transform = `translate(${at.x}px, ${at.y}px) scale(${at.scale})`;
    stage.classList.toggle("lightbox-zoomed", at.scale > 1);
    changed(Math.round(fit() * at.scale * 100), at.scale);
  }

  /**
   * To this scale, with the point of the stage that is under `x`, `y` (from its middle) staying where it is.
   * @param {number} scale
   */
  function zoomTo(scale, { x = 0, y = 0, smooth = false } = {}) {
    const next = Math.min(MOST, Math.max(1, scale));
    at.x = x - ((x - at.x) * next) / at.scale;
    at.y = y - ((y - at.y) * next) / at.scale;
    at.scale = next;
    show(smooth);
  }

  const fromMiddle = (/** @type {MouseEvent} */ { clientX, clientY }) => {
    const box = stage.getBoundingClientRect();
    return { x: clientX - box.left - box.width / 2, y: clientY - box.top - box.height / 2 };
  };
  // In and out again: to the picture's own dots, or twice as large where they are all to be seen already.
  const toggle = (/** @type {Point} */ point) => zoomTo(at.scale > 1 ? 1 : Math.max(2, 1 / fit()), { ...point, smooth: true });

  stage.addEventListener("wheel", (event) => {
    event.preventDefault();
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
    zoomTo(at.scale * Math.exp(-event.deltaY * lines * 0.0022), fromMiddle(event));
  }, { passive: false });

  stage.addEventListener("pointerdown", (event) => {
    if (hit(event, HTMLButtonElement, "button") || event.button > 0) return;
    event.preventDefault();
    stage.setPointerCapture(event.pointerId);
    const point = fromMiddle(event);
    fingers.set(event.pointerId, point);
    if (fingers.size === 1) begun = { ...point, from: { ...at }, finger: event.pointerType !== "mouse" };
    if (fingers.size === 2) pinch = { ...spread(), scale: at.scale };
  });

  stage.addEventListener("pointermove", (event) => {
    if (!fingers.has(event.pointerId)) return;
    const point = fromMiddle(event);
    fingers.set(event.pointerId, point);
    if (fingers.size === 2 && pinch) {
      const now = spread();
      at.x += now.x - pinch.x;
      at.y += now.y - pinch.y;
      zoomTo((pinch.scale * now.far) / pinch.far, now);
      Object.assign(pinch, { x: now.x, y: now.y });
    } else if (begun && at.scale > 1) {
      at.x = begun.from.x + point.x - begun.x;
      at.y = begun.from.y + point.y - begun.y;
      show();
    }
  });

  const lifted = (/** @type {PointerEvent} */ event) => {
    const point = fingers.get(event.pointerId);
    if (!point) return;
    fingers.delete(event.pointerId);
    if (pinch) {
      pinch = fingers.size < 2 ? null : pinch;
      begun = null; // the finger that stays a moment longer pans nothing
      return;
    }
    if (event.type === "pointerup" && begun) ended(point, begun);
    begun = null;
  };
  stage.addEventListener("pointerup", lifted);
  stage.addEventListener("pointercancel", lifted);

  /** @param {Point} point @param {Point & { finger: boolean }} begun */
  function ended(point, { x, y, finger }) {
    const over = point.x - x;
    const down = point.y - y;
    if (Math.hypot(over, down) < STILL) {
      const twice = performance.now() - tapped.when < DOUBLE && Math.hypot(point.x - tapped.x, point.y - tapped.y) < 30;
      tapped = { when: twice ? 0 : performance.now(), ...point };
      if (twice) toggle(point);
    } else if (finger && at.scale === 1 && Math.abs(over) > SWIPE && Math.abs(over) > 1.5 * Math.abs(down)) {
      swiped(over < 0 ? "left" : "right");
    }
  }

  function spread() {
    const [one, other] = fingers.values();
    if (!one || !other) throw new Error("two fingers are needed");
    return {
      far: Math.max(1, Math.hypot(one.x - other.x, one.y - other.y)),
      x: (one.x + other.x) / 2,
      y: (one.y + other.y) / 2,
    };
  }

  new ResizeObserver(() => show()).observe(stage);

  return {
    zoomed: () => at.scale > 1,
    inwards: () => zoomTo(at.scale * STEP, { smooth: true }),
    outwards: () => zoomTo(at.scale / STEP, { smooth: true }),
    fit: (smooth = true) => zoomTo(1, { smooth }),
    /** @param {number} x @param {number} y */
    pan(x, y) {
      at.x += x;
      at.y += y;
      show(true);
    },
  };
}
