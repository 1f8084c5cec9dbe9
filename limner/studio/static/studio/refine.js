// Going on from a picture: letting go of it keeps what stands in the box; a file that is dropped brings its settings.

const line = document.getElementById("refining");
const reading = document.getElementById("reading");

line?.querySelector("[data-let-go]").addEventListener("click", (event) => {
  event.preventDefault();
  line.remove();
  history.replaceState(null, "", location.pathname);
  document.getElementById("prompt").focus();
});

if (reading) {
  // A reload must not ask whether the file shall be sent once more.
  if (location.pathname === new URL(reading.action).pathname) history.replaceState(null, "", "/");
  sends();
  drops();
}

function sends() {
  const file = document.getElementById("reading-file");
  file.addEventListener("change", () => { if (file.files.length) reading.requestSubmit(); });
  // What stands in the prompt box goes along, to stand there again where the file says nothing.
  reading.addEventListener("formdata", ({ formData }) => {
    const made = new FormData(document.getElementById("make"));
    for (const [name, value] of made) if (!formData.has(name)) formData.append(name, value);
  });
}

// Whoever has a place of their own for files says so with data-takes-files: what is dropped there is theirs.
function drops() {
  const veil = document.getElementById("reading-drop");
  const ours = (event) => event.dataTransfer?.types.includes("Files") && !event.target.closest?.("[data-takes-files]");
  document.addEventListener("dragover", (event) => {
    veil.hidden = !ours(event) || event.defaultPrevented;
    if (!veil.hidden) event.preventDefault();
  });
  document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) veil.hidden = true; });
  document.addEventListener("drop", (event) => {
    veil.hidden = true;
    if (!ours(event) || event.defaultPrevented) return;
    event.preventDefault();
    document.getElementById("reading-file").files = event.dataTransfer.files;
    reading.requestSubmit();
  });
}
