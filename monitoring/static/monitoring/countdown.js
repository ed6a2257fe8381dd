// Countdowns from due times, by the server's clock, so that they go on without a network.

let offset = 0;

/** @returns {number} the server's time in milliseconds */
export const serverNow = () => Date.now() + offset;

/** The site's time of day, HH:MM. @param {number} at */
export function siteTime(at) {
  const options = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  const timeZone = document.documentElement.dataset.zone;
  return new Intl.DateTimeFormat("en-GB", { ...options, timeZone }).format(at);
}

/** The page's own words, translated by the server, with # for the number. */
const say = (name, count = 0) =>
  document.documentElement.dataset[name].replace("#", String(count));

/** @param {number} ms */
const minutes = (ms) => Math.floor(ms / 60000);

/** @param {HTMLElement} element */
function show(element) {
  const now = serverNow();
  if (element.dataset.due) {
    const left = Date.parse(element.dataset.due) - now;
    const overdueAfter = Number(element.dataset.overdueAfter || 5) * 60000;
    if (left > 0) element.textContent = say("wordIn", Math.ceil(left / 60000));
    else if (-left < overdueAfter) element.textContent = say("wordDue");
    else if (-left < Number(element.dataset.urgentAfter || 10) * 60000) element.textContent = say("wordOverdue", minutes(-left));
    else element.textContent = say("wordUrgent", minutes(-left));
  } else if (element.dataset.until) {
    const left = Date.parse(element.dataset.until) - now;
    element.textContent = left > 0 ? say("wordLeft", Math.ceil(left / 60000)) : say("wordElapsed");
  } else if (element.dataset.since) {
    element.textContent = say("wordSince", Math.max(0, minutes(now - Date.parse(element.dataset.since))));
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
