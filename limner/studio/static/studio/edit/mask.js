// What is painted, as pixels: opaque where the picture may change. Every operation is plain data and is drawn as it comes,
// piece by piece; nothing is ever read back while somebody paints.

const FILM = "#b5179e"; // a colour that few pictures have

/**
 * A stroke that has begun, or a whole one: `points` are x, y, x, y … in the mask's pixels.
 * @type {(x: number, y: number, size: number, erase: boolean) => Stroke}
 */
export const stroke = (x, y, size, erase) => ({ kind: "stroke", erase, size, points: [x, y] });
/** @type {(x: number, y: number, right: number, bottom: number, erase: boolean) => Rectangle} */
export const rectangle = (x, y, right, bottom, erase) => ({ kind: "rectangle", erase, box: [x, y, right, bottom] });
/** @type {Operation} */
export const INVERT = { kind: "invert" };
/** @type {Operation} */
export const CLEAR = { kind: "clear" };

/**
 * Whether these operations leave something painted, as far as can be told without looking at pixels.
 * @param {Operation[]} operations
 */
export function paints(operations) {
  let any = false;
  for (const { kind, erase } of operations) {
    if (kind === "clear") any = false;
    else if (!erase) any = true;
  }
  return any;
}

export class Mask {
  /** @param {CanvasRenderingContext2D} context @param {number} width @param {number} height */
  constructor(context, width, height) {
    this.context = context;
    this.width = width;
    this.height = height;
    context.lineCap = context.lineJoin = "round";
    context.strokeStyle = context.fillStyle = FILM;
  }

  /**
   * Draw one operation, all of it.
   * @param {Operation} operation
   */
  draw(operation) {
    const { context } = this;
    context.globalCompositeOperation = operation.erase ? "destination-out" : "source-over";
    if (operation.kind === "stroke") this.#line(operation, 0);
    else if (operation.kind === "rectangle") {
      const [x, y, right, bottom] = operation.box;
      context.fillRect(Math.min(x, right), Math.min(y, bottom), Math.abs(right - x), Math.abs(bottom - y));
    } else if (operation.kind === "invert") {
      context.globalCompositeOperation = "xor";
      context.fillRect(0, 0, this.width, this.height);
    } else context.clearRect(0, 0, this.width, this.height);
  }

  /**
   * Add points to a stroke that is being drawn, and draw no more than those.
   * @param {Stroke} operation
   * @param {number[]} points
   */
  extend(operation, points) {
    const before = operation.points.length - 2;
    operation.points.push(...points);
    this.context.globalCompositeOperation = operation.erase ? "destination-out" : "source-over";
    this.#line(operation, before);
  }

  /**
   * Draw everything anew: after an undo.
   * @param {Operation[]} operations
   */
  show(operations) {
    this.context.clearRect(0, 0, this.width, this.height);
    for (const operation of operations) this.draw(operation);
  }

  /** @param {Stroke} stroke @param {number} from */
  #line({ points, size }, from) {
    const { context } = this;
    const at = (/** @type {number} */ i) => points[i] ?? NaN; // past the end: nothing is drawn there
    context.lineWidth = size;
    context.beginPath();
    context.moveTo(at(from), at(from + 1));
    if (points.length - from === 2) context.lineTo(at(from), at(from + 1) + 0.01); // a dot
    for (let i = from + 2; i < points.length; i += 2) context.lineTo(at(i), at(i + 1));
    context.stroke();
  }
}

/**
 * The mask as a file, by OpenAI's rule: clear where the picture may change.
 * @param {HTMLCanvasElement} canvas
 */
export function file(canvas) {
  const whole = new OffscreenCanvas(canvas.width, canvas.height);
  const context = whole.getContext("2d");
  if (!context) throw new Error("this browser draws no more canvases");
  context.fillRect(0, 0, whole.width, whole.height);
  context.globalCompositeOperation = "destination-out";
  context.drawImage(canvas, 0, 0);
  return whole.convertToBlob({ type: "image/png" });
}
