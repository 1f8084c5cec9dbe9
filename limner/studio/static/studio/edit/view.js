// Where the picture lies on the stage, and how large. Numbers only: no element, no event.

const LEAST = 0.05;
const MOST = 16;

export class View {
  scale = 1;
  x = 0;
  y = 0;

  /**
   * Show all of a box of the picture's pixels, in the middle of a stage of this size.
   * @param {Size} stage
   * @param {Box} box
   */
  fit(stage, box, rim = 12) {
    const room = { width: Math.max(1, stage.width - 2 * rim), height: Math.max(1, stage.height - 2 * rim) };
    this.scale = Math.min(room.width / box.width, room.height / box.height, MOST);
    this.x = (stage.width - box.width * this.scale) / 2 - box.x * this.scale;
    this.y = (stage.height - box.height * this.scale) / 2 - box.y * this.scale;
  }

  /**
   * Zoom by a factor; the point `at` of the stage stays where it is.
   * @param {number} factor
   * @param {Point} at
   */
  zoom(factor, at) {
    const scale = Math.min(MOST, Math.max(LEAST, this.scale * factor));
    const ratio = scale / this.scale;
    this.x = at.x - (at.x - this.x) * ratio;
    this.y = at.y - (at.y - this.y) * ratio;
    this.scale = scale;
  }

  /** @param {number} dx @param {number} dy */
  pan(dx, dy) {
    this.x += dx;
    this.y += dy;
  }

  /**
   * From the stage's pixels to the picture's.
   * @param {Point} point
   */
  toPicture({ x, y }) {
    return { x: (x - this.x) / this.scale, y: (y - this.y) / this.scale };
  }

  /**
   * And back.
   * @param {Point} point
   */
  toStage({ x, y }) {
    return { x: x * this.scale + this.x, y: y * this.scale + this.y };
  }

  get transform() {
    return `translate(${this.x}px, ${this.y}px) scale(${this.scale})`;
  }
}
