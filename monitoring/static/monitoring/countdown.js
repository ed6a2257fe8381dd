// Countdowns from due times, by the server's clock, so that they go on without a network.

/** @returns {number} the server's time in milliseconds */
let offset = 0;
export const serverNow = () => Date.now() + offset;

/** @param {number} ms */
const minutes = (ms) => Math.floor(ms / 60000);

/** @param {HTMLElement} element */
function show(element) {
  const now = serverNow();
  if (element.dataset.due) {
    const left = Date.parse(element.dataset.due) - now;
    const overdueAfter = Number(element.dataset.overdueAfter || 5) * 60000;
    if (left > 0) element.textContent = `in ${Math.ceil(left / 60000)} min`;
    else if (-left < overdueAfter) element.textContent = "due now";
    else element.textContent = `overdue by ${minutes(-left)} min`;
  } else if (element.dataset.until) {
    const left = Date.parse(element.dataset.until) - now;
    element.textContent = left > 0 ? `${Math.ceil(left / 60000)} min left` : "elapsed";
  } else if (element.dataset.since) {
    element.textContent = `${Math.max(0, minutes(now - Date.parse(element.dataset.since)))} min`;
  }
}

function showAll() {
  document.querySelectorAll("[data-due], [data-until], [data-since]").forEach(show);
}

export function startCountdown() {
  const stamp = Date.parse(document.documentElement.dataset.now || "");
  if (!Number.isNaN(stamp)) offset = stamp - Date.now();
  showAll();
  setInterval(showAll, 5000);
  document.body.addEventListener("htmx:afterSwap", showAll);
}
