// How much of the model's limit the prompt takes: quietly once it is long, loudly near the end.
import { gettext } from "../../look/js/words.js";
const SHOWN_FROM = 0.5;
const LOUD_FROM = 0.9;

/**
 * Count the characters of `box` in `place`; `announcer` says once that the end is near.
 * @param {HTMLTextAreaElement} box
 * @param {HTMLElement} place
 * @param {HTMLElement} announcer
 */
export function counted(box, place, announcer) {
  let loud = false;
  const show = () => {
    const most = box.maxLength;
    const length = box.value.length;
    const near = length >= most * LOUD_FROM;
    place.textContent = length >= most * SHOWN_FROM ? `${length} / ${most}` : "";
    place.toggleAttribute("data-loud", near);
    if (near && !loud) announcer.textContent = gettext("The prompt is nearly full: {length} of {most} characters.", { length, most });
    loud = near;
  };
  box.addEventListener("input", show);
  document.addEventListener("htmx:after:swap", show);
  show();
}
