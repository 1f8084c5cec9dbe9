// Runs in every page before its own scripts: hears what must not happen, and answers what tests ask.
window.ears = {
  breaches: [],
  shifts: [],
  arrivals: [],
  previews: new Set(),
  streams: [],

  /** How much moved by itself. A new card takes its place at the head of the wall, another model brings other fields,
   *  what went wrong is said below the prompt box: these are no jumps. */
  jumps() {
    const expected = (/** @type {number} */ when) => this.arrivals.some((arrival) => when >= arrival && when < arrival + 400);
    return this.shifts.filter(({ when }) => !expected(when)).reduce((sum, { value }) => sum + value, 0);
  },

  /** What a screen reader would call the focused control. */
  focusName() {
    const focused = document.activeElement;
    if (!(focused instanceof HTMLElement)) return "";
    const labels = [...document.querySelectorAll("label")].filter(({ control }) => control === focused)
      .map((label) => label.innerText).join(" ");
    const picture = focused.querySelector("img")?.alt;
    return (focused.getAttribute("aria-label") || labels || focused.innerText || picture || "").trim();
  },

  focusIsToBeSeen() {
    const focused = document.activeElement;
    if (!focused) return false;
    const frame = { prompt: focused.closest("form"), count: focused.closest(".stepper") }[focused.id];
    const shown = frame ?? (focused.matches("[type=radio]") && focused.nextElementSibling || focused);
    const style = getComputedStyle(shown);
    return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  },

  /** Controls that a finger would miss. */
  smallTargets(least) {
    const controls = document.querySelectorAll("main :is(button, select, a.button, a.tile-save, label.chip)");
    return [...controls]
      .filter((control) => control.checkVisibility({ checkOpacity: true }))
      .map((control) => ({ what: control.outerHTML.slice(0, 90), box: control.getBoundingClientRect() }))
      .filter(({ box }) => box.width > 0 && Math.min(box.width, box.height) < least)
      .map(({ what, box }) => `${box.width} × ${box.height}: ${what}`);
  },

  longestMotion() {
    const seconds = (/** @type {Element} */ element) =>
      Math.max(...getComputedStyle(element).transitionDuration.split(",").map(parseFloat));
    return Math.max(...[...document.querySelectorAll("*")].map(seconds));
  },

  /** How many of the page's event streams are open, or are being opened again. */
  openStreams() {
    return this.streams.filter(({ readyState }) => readyState !== EventSource.CLOSED).length;
  },

  hide(hidden) {
    Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
  },
};

window.EventSource = class extends EventSource {
  /** @param {ConstructorParameters<typeof EventSource>} words */
  constructor(...words) {
    super(...words);
    window.ears.streams.push(this);
  }
};
document.addEventListener("securitypolicyviolation", (event) => {
  window.ears.breaches.push(`${event.violatedDirective}: ${event.blockedURI}`);
});
document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
  if (ctx?.sourceElement?.id === "model") window.ears.arrivals.push(performance.now() - 1);
});
new PerformanceObserver((list) => {
  for (const { hadRecentInput, startTime, value, sources } of /** @type {LayoutShift[]} */ (list.getEntries())) {
    const what = sources.map(({ node }) =>
      (node instanceof Element ? node.outerHTML : `${node?.textContent}`).slice(0, 60));
    if (!hadRecentInput) window.ears.shifts.push({ when: startTime, value, what });
  }
}).observe({ type: "layout-shift", buffered: true });
new MutationObserver((changes) => {
  const added = changes.flatMap((change) => [...change.addedNodes]);
  const expected = added.some((node) => node instanceof Element && node.matches(".card-job, #problem > .alarm"));
  if (expected) window.ears.arrivals.push(performance.now() - 1);
  for (const image of document.querySelectorAll(".tile-preview img")) {
    if (image instanceof HTMLImageElement) window.ears.previews.add(image.src);
  }
}).observe(document, { childList: true, subtree: true });
