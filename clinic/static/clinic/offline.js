// The page that stands where the server does not answer: it says what is on this tablet, and tries
// again by itself. It stands alone, for a tablet keeps it and nothing that other scripts need.
const ASK_EVERY = 10000;
const ANSWERS_WITHIN = 4000;
const MINUTE = 60000;

/** What waits, as the outbox tells all pages: who, in which session, since when in seconds.
 *  @type {[string, string, number][]} */
const waiting = JSON.parse(localStorage.getItem("unsent") || "[]");

/** @param {HTMLElement} line */
function showWaiting(line) {
  const oldest = Math.min(...waiting.map(([, , at]) => at)) * 1000;
  /** @type {Record<string, number>} */
  const values = { count: waiting.length, minutes: Math.max(0, Math.floor((Date.now() - oldest) / MINUTE)) };
  const { words = "" } = line.dataset;
  line.textContent = words.replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
  line.hidden = false;
}

/** @param {HTMLAnchorElement} again leads to the page that was asked for */
async function ask(again) {
  try {
    const signal = AbortSignal.timeout?.(ANSWERS_WITHIN);
    const answer = await fetch(again.dataset.worker || "/", { method: "HEAD", cache: "no-store", signal });
    if (answer.ok) location.replace(again.href);
  } catch {
    // The next time.
  }
}

const line = document.querySelector("[data-on-tablet]");
const again = document.querySelector("[data-again]");
if (waiting.length && line instanceof HTMLElement) showWaiting(line);
if (again instanceof HTMLAnchorElement) {
  setInterval(ask, ASK_EVERY, again);
  addEventListener("online", () => ask(again));
}
