// One event stream for the whole page. A hidden tab closes it; when shown, the server replays what was missed.

/** @typedef {"state" | "progress" | "preview" | "picture"} Kind */
const KINDS = /** @type {const} */ (["state", "progress", "preview", "picture"]);
const FIRST_WAIT = 1000;
const LONGEST_WAIT = 30000;

/**
 * Follow the account's stream at `url`, from the event numbered `seen` on.
 * `heard(kind, data)` is called for every event; `connected(yes)` when the line goes or comes back.
 * `data` is any: it is the server's JSON, of another shape for each kind.
 * @param {string} url
 * @param {number} seen
 * @param {(kind: Kind, data: any) => void} heard
 * @param {(yes: boolean) => void} connected
 */
export function follow(url, seen, heard, connected) {
  /** @type {EventSource | null} */
  let source = null;
  let newest = seen;
  let wait = FIRST_WAIT;
  let timer = 0;

  const close = () => {
    clearTimeout(timer);
    source?.close();
    source = null;
  };

  const open = () => {
    if (source || document.hidden) return;
    source = new EventSource(`${url}?after=${newest}`);
    source.onopen = () => {
      wait = FIRST_WAIT;
      connected(true);
    };
    source.onerror = () => {
      connected(false);
      if (source?.readyState !== EventSource.CLOSED) return; // the browser reconnects by itself
      close();
      timer = setTimeout(open, wait);
      wait = Math.min(wait * 2, LONGEST_WAIT);
    };
    for (const kind of KINDS) {
      source.addEventListener(kind, (event) => {
        if (event.lastEventId) newest = Math.max(newest, Number(event.lastEventId));
        heard(kind, JSON.parse(event.data));
      });
    }
  };

  const look = () => (document.hidden ? close() : open());
  document.addEventListener("visibilitychange", look);
  window.addEventListener("pagehide", close);
  window.addEventListener("pageshow", look);
  open();
}
