// Sending a form without losing what is on the page: whatever goes wrong is said, and the button can be pressed again.
import { all, maybe, one } from "../../look/js/elements.js";
import { gettext } from "../../look/js/words.js";

const problem = one(HTMLElement, "#problem");
/** @type {Record<number, string>} */
const SENTENCES = {
  403: gettext("This page is too old for Limner to trust it. Reload it in another tab, then press the button again; what you painted stays here."),
  404: gettext("This picture is no longer there: it was put into the trash, or its day is over. Choose another one."),
  413: gettext("That is too much for one request. Let the picture grow less."),
};
const SIGN_IN = gettext("You are no longer signed in. Sign in again in another tab, then press the button again; what you painted stays here.");
const LOST = gettext("The connection was lost. What you painted and wrote is still here: press the button again in a moment.");
const NOT_NOW = gettext("Limner could not do that just now. Try again in a moment; what you painted and wrote stays.");

/** @param {string} words */
export function say(words) {
  const line = document.createElement("p");
  line.className = "alarm";
  line.textContent = words;
  problem.replaceChildren(...(words ? [line] : []));
  if (words) problem.scrollIntoView({ block: "nearest" });
}

/**
 * Send `body` to the form's address; on success go where Limner says.
 * @param {HTMLFormElement} form
 * @param {FormData} body
 */
export async function send(form, body) {
  const buttons = all(HTMLButtonElement, "button:not([type=button])", form);
  for (const button of buttons) button.disabled = true;
  say("");
  try {
    let answer = await post(form, body);
    if (answer.status === 403) {
      body.set("csrfmiddlewaretoken", await freshToken());
      answer = await post(form, body);
    }
    const there = answer.headers.get("HX-Redirect");
    if (there?.includes("#job-")) return void window.location.assign(there);
    say(there ? SIGN_IN : await sentence(answer));
  } catch {
    say(LOST);
  }
  for (const button of buttons) button.disabled = false;
}

/**
 * @param {HTMLFormElement} form
 * @param {FormData} body
 */
const post = (form, body) => fetch(form.action, { method: "POST", body, headers: { "HX-Request": "true" } });

// Whoever has signed in anew, in another tab, has another token than this page.
async function freshToken() {
  const page = new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html");
  return maybe(HTMLInputElement, "form [name=csrfmiddlewaretoken]", page)?.value ?? "";
}

/** @param {Response} answer */
async function sentence(answer) {
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return page.querySelector("p.alarm")?.textContent ?? SENTENCES[answer.status] ?? NOT_NOW;
}

for (const form of all(HTMLFormElement, "form[data-sends]")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(form, new FormData(form, event.submitter));
  });
}
