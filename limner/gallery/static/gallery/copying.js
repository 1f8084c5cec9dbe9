// Onto the clipboard: words, a picture, a link. Browsers want the write to begin with the press, so what is still on its
// way is promised to it. Each says whether it worked.
import { one } from "../look/js/elements.js";

/** @param {string} words */
export async function copyText(words) {
  return written({ "text/plain": new Blob([words], { type: "text/plain" }) });
}

/** @param {string} url */
export async function copyPicture(url) {
  const file = fetch(url).then((response) => {
    if (!response.ok) throw new Error(`${response.status}`);
    return response.blob();
  });
  return written({ "image/png": file });
}

/**
 * Have the form's link made and copied: its address and the sentence that says how long it works.
 * @param {HTMLFormElement} form
 */
export async function copyAddress(form) {
  const page = fetch(form.action, { method: "POST", body: new FormData(form) })
    .then((response) => {
      if (!response.ok) throw new Error(`${response.status}`);
      return response.text();
    })
    .then((text) => new DOMParser().parseFromString(text, "text/html"));
  const address = page.then((found) => one(HTMLAnchorElement, "#shared-address", found).getAttribute("href") ?? "");
  const copied = await written({ "text/plain": address.then((words) => new Blob([words], { type: "text/plain" })) });
  try {
    return { copied, address: await address, note: one(HTMLElement, "#shared-note", await page).textContent };
  } catch {
    return { copied: false };
  }
}

/** @param {Record<string, Blob | Promise<Blob>>} what */
async function written(what) {
  for (const kind of Object.values(what)) Promise.resolve(kind).catch(() => {}); // its failure is the write's
  try {
    await navigator.clipboard.write([new ClipboardItem(what)]);
    return true;
  } catch {
    return false;
  }
}
