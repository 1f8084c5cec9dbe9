// Going on from a picture: letting go of it keeps what stands in the box.

const line = document.getElementById("refining");

line?.querySelector("[data-let-go]").addEventListener("click", (event) => {
  event.preventDefault();
  line.remove();
  history.replaceState(null, "", location.pathname);
  document.getElementById("prompt").focus();
});
