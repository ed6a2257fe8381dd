// Countdowns from due times, by the server's clock, so that they go on without a network.
import { fillIn, findAll } from "./page.js";

const MINUTE = 60000;
const page = document.documentElement.dataset;
let offset = 0;

/** @returns {number} the server's time in milliseconds */
export const serverNow = () => Date.now() + offset;

/** The site's time of day, HH:MM. @param {number} at */
export const siteTime = (at) =>
  new Intl.DateTimeFormat("en-GB", {
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
    timeZone: page.zone,
  }).format(at);

/** One of the page's own texts. @param {string} name @param {number} [ms] */
const text = (name, ms = 0) => fillIn(page[name], { minutes: Math.floor(ms / MINUTE) });

/** Minutes that are left are rounded up. @param {number} ms */
const up = (ms) => Math.ceil(ms / MINUTE) * MINUTE;

/** @param {number} left @param {DOMStringMap} element */
function dueText(left, { overdueAfter, urgentAfter }) {
  if (left > 0) return text("wordIn", up(left));
  if (-left < Number(overdueAfter || 5) * MINUTE) return text("wordDue");
  return text(-left < Number(urgentAfter || 10) * MINUTE ? "wordOverdue" : "wordUrgent", -left);
}

/** @param {HTMLElement} element */
function show(element) {
  const { due, until, since, ago } = element.dataset;
  const passed = serverNow() - Date.parse(due || until || since || ago || "");
  if (due) element.textContent = dueText(-passed, element.dataset);
  else if (until) element.textContent = passed < 0 ? text("wordLeft", up(-passed)) : text("wordElapsed");
  else element.textContent = text(since ? "wordSince" : "wordAgo", Math.max(0, passed));
}

/** Every time on the page, as it stands now. */
export function showTimes() {
  findAll("[data-due], [data-until], [data-since], [data-ago]", HTMLElement).forEach(show);
}

export function startCountdown() {
  const now = Date.parse(page.now || "");
  if (!Number.isNaN(now)) offset = now - Date.now();
  showTimes();
  setInterval(showTimes, 5000);
  document.body.addEventListener("htmx:afterSwap", showTimes);
}
