// Times of day that a script sets. What is sent is the instant; the words beside it are for the eye
// and are checked against it by the server. All by the server's clock and in the site's zone.
import { serverNow, siteTime } from "./countdown.js";

const MINUTE = 60000;
const TYPED = /^(\d{1,2})[:.]?(\d{2})$/;

/** @param {HTMLInputElement} input @returns {HTMLInputElement} */
const instantOf = (input) => input.form.querySelector(`[data-instant="${input.id}"]`);

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
function meant(input) {
  const text = input.value.trim();
  const set = Date.parse(instantOf(input).value);
  if (set && siteTime(set) === text) return set;
  const [typed, now] = [minutesOf(text), minutesOf(siteTime(serverNow()))];
  if (typed === null) return null;
  const back = (now - typed + 1440) % 1440;
  // Two minutes ahead are not yet in the future.
  return serverNow() - (back > 1437 ? back - 1440 : back) * MINUTE;
}

/** "20 min ago; the window then ends at 12:05". @param {HTMLInputElement} input */
function readBack(input) {
  const line = document.querySelector(`[data-read-back="${input.id}"]`);
  const at = meant(input);
  const { ago, ends, window: minutes } = line.dataset;
  const back = minute(serverNow()) - minute(at ?? 0);
  const told = at === null ? [] : [ago.replace("#", String(Math.max(0, back)))];
  if (told.length && minutes) told.push(ends.replace("#", siteTime(at + Number(minutes) * MINUTE)));
  line.textContent = told.join("; ");
}

/** @param {HTMLButtonElement} button */
function step(button) {
  const input = document.getElementById(button.dataset.for);
  const { step: by } = button.dataset;
  setTime(input, by === "now" ? serverNow() : (meant(input) ?? serverNow()) + Number(by) * MINUTE);
  input.dispatchEvent(new Event("input", { bubbles: true }));
}

export function startTimes() {
  document.querySelectorAll("[data-step]").forEach((button) => {
    button.addEventListener("click", () => step(button));
  });
  document.querySelectorAll("[data-read-back]").forEach((line) => {
    const input = document.getElementById(line.dataset.readBack);
    input.addEventListener("input", () => readBack(input));
    // What was refused is read back by the server.
    if (input.value && !input.hasAttribute("aria-invalid")) readBack(input);
  });
}
