// Countdowns from due times, by the server's clock, so that they go on without a network.
import { fillIn, findAll } from "./page.js";

const MINUTE = 60000;
/** Cards that show nothing more urgent than a reading that is late. */
const TURNS = ".card-upcoming, .card-due, .card-repeat, .card-overdue";
const IS_SET = 2 * MINUTE;
/** @type {Record<string, string>} */
const WORDS = { due: "wordDue", overdue: "wordOverdue", urgent: "wordUrgent" };
const page = document.documentElement.dataset;
const clocks = () => ({ wall: Date.now(), steady: performance.now() });
let offset = 0;
let seen = clocks();

/** @param {string | null | undefined} now the server's time, as it says it with each answer */
export function setServerTime(now) {
  const at = Date.parse(now || "");
  if (Number.isNaN(at)) return;
  seen = clocks();
  offset = at - seen.wall;
}

/** @returns {Promise<boolean>} whether the server answers; it says what time it is */
export async function askServer() {
  try {
    const how = { method: "HEAD", cache: /** @type {const} */ ("no-store"), signal: AbortSignal.timeout(4000) };
    const answer = await fetch(page.worker || "/", how);
    setServerTime(answer.headers.get("X-Now"));
    return answer.ok;
  } catch {
    return false;
  }
}

/** The tablet's clock may be set while a page is open. One that was set back is seen at once. One
 *  that is ahead may have run on while the tablet slept: the server is asked. */
function noteClock() {
  const now = clocks();
  const set = now.wall - seen.wall - (now.steady - seen.steady);
  seen = now;
  if (set < -IS_SET) offset -= set;
  if (Math.abs(set) > IS_SET) askServer();
}

/** @returns {number} the server's time in milliseconds */
export function serverNow() {
  noteClock();
  return Date.now() + offset;
}

/** The site's time of day, HH:MM. @param {number} at
 *  @param {string} [zone] where that is not the page's */
export const siteTime = (at, zone = page.zone) =>
  new Intl.DateTimeFormat("en-GB", {
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
    timeZone: zone,
  }).format(at);

/** One of the page's own texts. @param {string} name @param {number} [ms] */
const text = (name, ms = 0) => fillIn(page[name], { minutes: Math.floor(ms / MINUTE) });

/** Minutes that are left are rounded up. @param {number} ms */
const up = (ms) => Math.ceil(ms / MINUTE) * MINUTE;

/** What a reading is from its due time on. @param {number} over @param {DOMStringMap} element */
function stateOf(over, { overdueAfter, urgentAfter }) {
  if (over < Number(overdueAfter || 5) * MINUTE) return "due";
  return over < Number(urgentAfter || 10) * MINUTE ? "overdue" : "urgent";
}

/** The colour and the shape of a state. @param {Element} whole @param {string} kind @param {string} state */
function turn(whole, kind, state) {
  const mark = whole.querySelector(".state");
  whole.className = `${kind}-${state}`;
  if (mark) mark.className = `state state-${state}`;
  return mark;
}

/** A scheduled reading looks as late as it is, also while the server says nothing.
 *  @param {HTMLElement} element @param {number} over */
function showDue(element, over) {
  if (over < 0) return text("wordIn", up(-over));
  const state = stateOf(over, element.dataset);
  const slot = element.closest(".slot");
  if (slot) turn(slot, "slot slot", state);
  const card = state === "due" ? null : element.closest(TURNS);
  const words = card && turn(card, "card-session card", state);
  if (words) words.textContent = element.closest("[data-overdue]")?.getAttribute(`data-${state}`) || "";
  return text(WORDS[state] || "", over);
}

/** @param {HTMLElement} element */
function show(element) {
  const { due, until, since, ago } = element.dataset;
  const passed = serverNow() - Date.parse(due || until || since || ago || "");
  if (due) element.textContent = showDue(element, passed);
  else if (until) element.textContent = passed < 0 ? text("wordLeft", up(-passed)) : text("wordElapsed");
  else element.textContent = text(since ? "wordSince" : "wordAgo", Math.max(0, passed));
}

/** Every time on the page, as it stands now. */
export function showTimes() {
  findAll("[data-due], [data-until], [data-since], [data-ago]", HTMLElement).forEach(show);
}

export function startCountdown() {
  setServerTime(page.now);
  showTimes();
  setInterval(showTimes, 5000);
  document.body.addEventListener("htmx:afterSwap", showTimes);
}
