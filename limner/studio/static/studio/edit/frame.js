// How far the picture grows at each edge. Numbers only.

/**
 * The canvas, in the picture's pixels: its corner lies before the picture's where it grows to the top or the left.
 * @param {Margins} margins
 * @param {Size} picture
 */
export function canvas(margins, picture) {
  return {
    x: -margins.left,
    y: -margins.top,
    width: margins.left + picture.width + margins.right,
    height: margins.top + picture.height + margins.bottom,
  };
}

/**
 * The margins after the edge `side` was dragged by dx and dy: whole pixels, by eights, within the limits.
 * @param {Margins} margins
 * @param {Side} side
 * @param {number} dx
 * @param {number} dy
 * @param {Size} picture
 * @param {{ longest: number, pixels: number }} limits
 */
export function dragged(margins, side, dx, dy, picture, limits) {
  const by = { top: -dy, right: dx, bottom: dy, left: -dx }[side];
  const most = side === "top" || side === "bottom" ? picture.height : picture.width;
  let wanted = Math.round(Math.min(most, Math.max(0, margins[side] + by)) / 8) * 8;
  const fits = (/** @type {number} */ value) => {
    const { width, height } = canvas({ ...margins, [side]: value }, picture);
    return Math.max(width, height) <= limits.longest && width * height <= limits.pixels;
  };
  while (wanted > 0 && !fits(wanted)) wanted -= 8;
  return { ...margins, [side]: wanted };
}
