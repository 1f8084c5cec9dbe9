// Before over after: the slider says how much of the one is seen. A finger or a mouse on the picture moves it too.
import { one } from "../../look/js/elements.js";

const slide = one(HTMLInputElement, "#slide");
const before = one(HTMLImageElement, "#before");
const line = one(HTMLElement, "#line");
const pictures = one(HTMLElement, ".compare-pictures");

function show() {
  const part = Number(slide.value);
  before.style.clipPath = `inset(0 ${100 - part}% 0 0)`;
  line.style.left = `${part}%`;
}

/** @param {PointerEvent} event */
function follow(event) {
  if (!event.buttons) return;
  const { left, width } = pictures.getBoundingClientRect();
  slide.value = String(Math.round(((event.clientX - left) / width) * 100));
  show();
}

slide.addEventListener("input", show);
pictures.addEventListener("pointerdown", (event) => {
  event.preventDefault();
  pictures.setPointerCapture(event.pointerId);
  follow(event);
});
pictures.addEventListener("pointermove", follow);
show();
