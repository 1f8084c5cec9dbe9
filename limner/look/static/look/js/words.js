// What scripts say, in the page's language. The page brings the translations along (`{% words_for_scripts %}`), except in
// English. `make messages` finds what is said so.

/** @type {Record<string, string>} */
const words = JSON.parse(document.getElementById("script-words")?.textContent || "{}");

/**
 * `gettext("{n} of {all}", { n: 1, all: 2 })`
 * @param {string} text
 * @param {Record<string, string | number>} [values]
 */
export const gettext = (text, values = {}) =>
  (words[text] ?? text).replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
