// Times of day that a script sets. What is sent is the instant; the words beside it are for the eye
// and are checked against it by the server. All by the server's clock and in the site's zone.
import { serverNow, siteTime } from "./countdown.js";
import { fillIn, findAll, mustFind } from "./page.js";

const MINUTE = 60000;
const DAY = 1440;
const TYPED = /^(\d{1,2})[:.]?(\d{2})$/;

/** @param {HTMLInputElement} input */
const instantOf = (input) => mustFind(`[data-instant="${input.id}"]`, HTMLInputElement);

/** @param {HTMLInputElement} input @param {number} at */
export function setTime(input, at) {
  input.value = siteTime(at);
  instantOf(input).value = new Date(at).toISOString();
}

/** The minute that a clock shows then. @param {number} at */
const minute = (at) => Math.floor(at / MINUTE);

/** Minutes after midnight. @param {string} text */
function minutesOf(text) {
  const [, hours, minutes] = TYPED.exec(text) || [];
  return hours === undefined ? null : Number(hours) * 60 + Number(minutes);
}

/** The instant that stands in `input`, or null where it says none. @param {HTMLInputElement} input */
function instantIn(input) {
  const text = input.value.trim();
  const set = Date.parse(instantOf(input).value);
  if (set && siteTime(set) === text) return set;
  const typed = minutesOf(text);
  if (typed === null) return null;
  const back = (Number(minutesOf(siteTime(serverNow()))) - typed + DAY) % DAY;
  // Two minutes ahead are not yet in the future.
  return serverNow() - (back > DAY - 3 ? back - DAY : back) * MINUTE;
}

/** "20 min ago; the window then ends at 12:05".
 *  @param {HTMLElement} line @param {HTMLInputElement} input */
function readBack(line, input) {
  const at = instantIn(input);
  const { wordsAgo, wordsWindow, window: length } = line.dataset;
  if (at === null) line.textContent = "";
  else {
    const minutes = Math.max(0, minute(serverNow()) - minute(at));
    const end = siteTime(at + Number(length) * MINUTE);
    line.textContent = fillIn(length ? wordsWindow : wordsAgo, { minutes, end });
  }
}

/** @param {HTMLElement} button */
function step({ dataset }) {
  const input = mustFind(`#${dataset.for}`, HTMLInputElement);
  const now = serverNow();
  const by = Number(dataset.step) * MINUTE;
  setTime(input, dataset.step === "now" ? now : (instantIn(input) ?? now) + by);
  input.dispatchEvent(new Event("input", { bubbles: true }));
}

/** @param {HTMLElement} line */
function startReadBack(line) {
  const input = mustFind(`#${line.dataset.readBack}`, HTMLInputElement);
  input.addEventListener("input", () => readBack(line, input));
  // What was refused is read back by the server.
  if (input.value && !input.hasAttribute("aria-invalid")) readBack(line, input);
}

export function startTimes() {
  for (const button of findAll("[data-step]", HTMLElement)) {
    button.addEventListener("click", () => step(button));
  }
  findAll("[data-read-back]", HTMLElement).forEach(startReadBack);
}
