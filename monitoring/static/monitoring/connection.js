// Says so when the server has not answered for half a minute; countdowns go on.
import { serverNow, siteTime } from "./countdown.js";
import { leave } from "./lock-screen.js";

const SILENCE = 30000;
let lastAnswer = 0;

export function startContact() {
  lastAnswer = serverNow();
  const bar = document.querySelector("[data-contact-lost]");
  const polls = document.querySelector("[hx-trigger^='every']");
  if (!bar || !polls) return;
  document.body.addEventListener("htmx:afterRequest", (event) => {
    const { xhr } = /** @type {CustomEvent} */ (event).detail;
    // Signed out, or working at another site since.
    if (xhr.status === 401 || xhr.status === 404) leave();
    if (xhr.status > 0 && xhr.status < 500) lastAnswer = serverNow();
  });
  setInterval(() => {
    const isLost = serverNow() - lastAnswer > SILENCE;
    if (isLost && bar.hidden) {
      bar.textContent = `${bar.dataset.contactLost} ${siteTime(lastAnswer)}`;
    }
    bar.hidden = !isLost;
  }, 1000);
}
