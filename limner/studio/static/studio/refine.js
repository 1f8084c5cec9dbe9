// Going on from a picture: letting go of it keeps what stands in the box.
import { maybe } from "../look/js/elements.js";

const line = document.getElementById("refining");

line?.querySelector("[data-let-go]")?.addEventListener("click", (event) => {
  event.preventDefault();
  line.remove();
  history.replaceState(null, "", location.pathname);
  document.getElementById("prompt")?.focus();
});

// The settings of a file were read: a reload must not ask whether it shall be sent once more.
if (maybe(HTMLButtonElement, "#bring-settings")?.formAction === location.href) history.replaceState(null, "", "/");
