// What went wrong with something a person pressed is said below the prompt box. Refreshes that fail stay quiet: the next
// one comes by itself, and a lost connection has its own line.
import { one } from "../look/js/elements.js";
import { gettext } from "../look/js/words.js";

const problem = one(HTMLElement, "#problem");
/** @type {Record<number, string>} */
export const SENTENCES = {
  403: gettext("This page is too old for Limner to trust it. Reload it and try again."),
  404: gettext("That is no longer there. Reload the page to see what is."),
  413: gettext("That is too much for one request. Use fewer words."),
};

document.addEventListener("htmx:response:error", ({ detail: { ctx } }) => {
  if (ctx.request.method !== "POST") return;
  const ours = new DOMParser().parseFromString(ctx.text, "text/html").querySelector("p.alarm");
  say(ours?.textContent ?? SENTENCES[ctx.response?.status ?? 0] ?? gettext("Limner could not do that just now. Try again in a moment."));
});
document.addEventListener("htmx:error", ({ detail: { ctx } }) => {
  if (ctx?.request.method !== "POST" || ctx.response) return;
  say(gettext("Limner does not answer. It may be starting again: try once more in a moment."));
});
document.addEventListener("htmx:before:swap", ({ detail }) => {
  const { request, response } = detail.ctx ?? {};
  if (request?.method === "POST" && response && response.status < 400) problem.replaceChildren();
});

/**
 * Say it below the prompt box, aloud too.
 * @param {string} words
 */
export function say(words) {
  const line = document.createElement("p");
  line.className = "alarm";
  line.textContent = words;
  problem.replaceChildren(line);
  problem.scrollIntoView({ block: "nearest" });
}
