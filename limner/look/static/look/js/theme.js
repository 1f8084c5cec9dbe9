// Runs before the first paint. Our own colours follow the system in CSS alone; Bootstrap's components want an attribute.
// `data-js` lets the style sheet hide what only a script can show again.
const dark = window.matchMedia("(prefers-color-scheme: dark)");
const apply = () => document.documentElement.setAttribute("data-bs-theme", dark.matches ? "dark" : "light");
document.documentElement.setAttribute("data-js", "");
dark.addEventListener("change", apply);
apply();
