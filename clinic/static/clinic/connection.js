// Shows when the server has not answered for half a minute; countdowns go on. A page that brings
// itself up to date hears from it by that; a form asks, for who fills it in has to know, too.
import { serverNow, setServerTime, siteTime } from "./countdown.js";
import { leave } from "./idle.js";
import { reopenPage } from "./lock-screen.js";
import { fillIn, find, patience } from "./page.js";
import { unsentHeader } from "./unsent.js";

const SILENCE = 30000;
const ASK_EVERY = 10000;
/** When the server answered last: its time, and that of a clock that no one sets. */
let last = { at: 0, steady: 0 };

/** What waits on the tablet is sent then (outbox-queue.js). @param {string | null} now the server's time */
function noteContact(now) {
  setServerTime(now);
  last = { at: serverNow(), steady: performance.now() };
  document.dispatchEvent(new Event("heard"));
}

/** @param {Event} event of htmx: a request that the page made by itself has ended */
function noteAnswer(event) {
  const { xhr } = /** @type {CustomEvent<{xhr: XMLHttpRequest}>} */ (event).detail;
  if (xhr.status === 401) leave();
  // Working at another site since.
  if (xhr.status === 404) reopenPage();
  if (xhr.status === 0 || xhr.status >= 500) return;
  noteContact(xhr.getResponseHeader("X-Now"));
}

/** What updates itself says which version it shows, and what waits on this tablet.
 *  @param {Event} event of htmx */
function nameVersion(event) {
  const { elt, headers, parameters } = /** @type {CustomEvent} */ (event).detail;
  Object.assign(headers, unsentHeader());
  if (elt.dataset.version) parameters.version = elt.dataset.version;
}

/** The same may have a new name, where it stays as it is for longer. @param {Event} event of htmx */
function noteVersion(event) {
  const { elt, xhr } = /** @type {CustomEvent} */ (event).detail;
  const version = xhr.getResponseHeader("X-Version");
  if (version) elt.dataset.version = version;
}

/** Any answer is contact; the header says that no one touched the tablet. @param {string} address */
async function ask(address) {
  const headers = { Accept: "application/json", "HX-Request": "true", ...unsentHeader() };
  try {
    const answer = await fetch(address, { headers, signal: patience(ASK_EVERY) });
    if (answer.status < 500) noteContact(answer.headers.get("X-Now"));
  } catch {
    // The silence says it.
  }
}

/** Who it is stays in sight below the bars, which are as high as what they say. */
function startBars() {
  const bars = find("[data-bars]", HTMLElement);
  const { style } = document.documentElement;
  if (bars) new ResizeObserver(() => style.setProperty("--bars", `${bars.offsetHeight}px`)).observe(bars);
}

export function startConnection() {
  startBars();
  noteContact(null);
  const { sending } = document.documentElement.dataset;
  const bar = find("[data-connection-lost]", HTMLElement);
  if (!bar) return;
  if (document.querySelector("[hx-trigger^='every']")) {
    document.body.addEventListener("htmx:configRequest", nameVersion);
    document.body.addEventListener("htmx:afterRequest", noteVersion);
    document.body.addEventListener("htmx:afterRequest", noteAnswer);
  } else if (sending && document.querySelector("form.entry")) setInterval(ask, ASK_EVERY, sending);
  else return;
  setInterval(() => {
    const isLost = performance.now() - last.steady > SILENCE;
    if (isLost && bar.hidden) {
      bar.textContent = fillIn(bar.dataset.connectionLost, { time: siteTime(last.at) });
    }
    bar.hidden = !isLost;
  }, 1000);
}
