// Going on from a picture: letting go of it keeps what stands in the box.

const line = document.getElementById("refining");

line?.querySelector("[data-let-go]").addEventListener("click", (event) => {
  event.preventDefault();
  line.remove();
  history.replaceState(null, "", location.pathname);
  document.getElementById("prompt").focus();
});

// The settings of a file were read: a reload must not ask whether it shall be sent once more.
if (document.getElementById("bring-settings").formAction === location.href) history.replaceState(null, "", "/");
