// Shows when the server has not answered for half a minute; countdowns go on.
import { serverNow, siteTime } from "./countdown.js";
import { reopenPage } from "./lock-screen.js";
import { fillIn, find } from "./page.js";

const SILENCE = 30000;
let lastAnswer = 0;

/** @param {Event} event of htmx: a request that the page made by itself has ended */
function noteAnswer(event) {
  const { xhr } = /** @type {CustomEvent<{xhr: XMLHttpRequest}>} */ (event).detail;
  // Signed out, or working at another site since.
  if (xhr.status === 401 || xhr.status === 404) reopenPage();
  if (xhr.status > 0 && xhr.status < 500) lastAnswer = serverNow();
}

/** What updates itself says which version it shows. @param {Event} event of htmx */
function nameVersion(event) {
  const { elt, parameters } = /** @type {CustomEvent} */ (event).detail;
  if (elt.dataset.version) parameters.version = elt.dataset.version;
}

/** The same may have a new name, where it stays as it is for longer. @param {Event} event of htmx */
function noteVersion(event) {
  const { elt, xhr } = /** @type {CustomEvent} */ (event).detail;
  const version = xhr.getResponseHeader("X-Version");
  if (version) elt.dataset.version = version;
}

export function startConnection() {
  lastAnswer = serverNow();
  const bar = find("[data-connection-lost]", HTMLElement);
  if (!bar || !document.querySelector("[hx-trigger^='every']")) return;
  document.body.addEventListener("htmx:configRequest", nameVersion);
  document.body.addEventListener("htmx:afterRequest", noteVersion);
  document.body.addEventListener("htmx:afterRequest", noteAnswer);
  setInterval(() => {
    const isLost = serverNow() - lastAnswer > SILENCE;
    if (isLost && bar.hidden) {
      bar.textContent = fillIn(bar.dataset.connectionLost, { time: siteTime(lastAnswer) });
    }
    bar.hidden = !isLost;
  }, 1000);
}
