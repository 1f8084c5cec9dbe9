// The words on a page outside of the marks that begin and end what was translated, where somebody could see or hear them.
// People's own words, names and keys are not the page's.
(/** @type {[string, string]} */ [begin, end]) => {
  const OWN = [
    "script, style, template, code, kbd, time, textarea, .wordmark, .masthead-name, #announcer, #draw-keys, #shared-address, [lang]",
    ".label-prompt, .picture-page h1, #against option, .kin-prompt, .beside-prompt, .queue-prompt, .brought-name, .brought-prompt, .chip-button, .diff",
    ".picked, .styles-words", // styles, as somebody keeps them
    "bdi, [dir='auto']:not(textarea), label[for^='id_plan-']", // whatever people have named, or said
    ".works-note-alarm, .label .alarm", // why a job failed, as the ledger keeps it
  ].join(", ");
  const NAMES = /\S+:\/\/\S+|gpt-image-[\w.-]+|\b(Limner|Storybook|Scribe|Puppet|OpenAI|GPT Image [\w. ]+|DALL·E \d|PNG|JPEG|WebP|HD|UTC|KB|MB|lanczos|default|A wooden model that is as slow as it is told)\b/gi;
  if (location.pathname.startsWith("/api/")) return []; // programmers' pages are in English, as the API is
  /** @type {string[]} */
  const found = [];
  let depth = 0;

  const look = (/** @type {string} */ text, /** @type {string} */ where) => {
    let left = "";
    for (const letter of text) {
      if (letter === begin) depth += 1;
      else if (letter === end) depth -= 1;
      else if (depth === 0) left += letter;
    }
    left = left.replace(NAMES, "").trim();
    if (/\p{L}{2,}/u.test(left)) found.push(`${where}: ${left}`);
  };
  const called = (/** @type {Element} */ element) => `${element.localName}${element.id && `#${element.id}`}.${element.getAttribute("class") ?? ""}`;
  // What stands in for a prompt, and a number that is usual.
  const isOwn = (/** @type {Element} */ element, /** @type {string} */ name) => name === "alt"
    ? element.matches(".tile-picture, .lightbox-picture") || !element.getAttribute(name)?.includes(begin)
    : (name === "placeholder" && element.matches("#prompt, [type=number]")) || element.matches("#lightbox, .bar");

  const attributes = (/** @type {Element} */ element) => {
    const kept = depth;
    for (const name of ["aria-label", "title", "placeholder", "alt"]) {
      depth = 0;
      const said = element.getAttribute(name);
      if (said && !isOwn(element, name)) look(said, `${called(element)}[${name}]`);
    }
    depth = kept;
  };
  const shown = (/** @type {Node} */ node) =>
    node instanceof Element && (node.matches(OWN) || !node.checkVisibility()) ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT, shown);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (node instanceof Element) attributes(node);
    else look(node.textContent ?? "", node.parentElement ? called(node.parentElement) : "");
  }
  return found;
};
