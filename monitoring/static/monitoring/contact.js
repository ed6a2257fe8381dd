// Says so when the server has not answered for half a minute; countdowns go on.
import { leave } from "./cover.js";

const SILENCE = 30000;
let lastAnswer = Date.now();

export function startContact() {
  const bar = document.querySelector("[data-contact-lost]");
  const polls = document.querySelector("[hx-trigger^='every']");
  if (!bar || !polls) return;
  document.body.addEventListener("htmx:afterRequest", (event) => {
    const { xhr } = /** @type {CustomEvent} */ (event).detail;
    if (xhr.status === 401) leave();
    if (xhr.status > 0 && xhr.status < 500) lastAnswer = Date.now();
  });
  setInterval(() => {
    const isLost = Date.now() - lastAnswer > SILENCE;
    if (isLost && bar.hidden) {
      const at = new Date(lastAnswer).toTimeString().slice(0, 5);
      bar.textContent = `${bar.dataset.contactLost} ${at}`;
    }
    bar.hidden = !isLost;
  }, 1000);
}
