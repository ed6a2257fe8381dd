// How long ago a draft was typed: what it says of that, and the time that it gets, so that no value of
// an hour ago is saved as if it were of now.
import { serverNow, siteTime } from "./countdown.js";
import { keyOf, readDraft } from "./draft-store.js";
import { fillIn, find, mustFind } from "./page.js";
import { setTime } from "./times.js";

const MINUTE = 60000;
/** What was typed longer ago says so. */
const LONG_AGO = 5 * MINUTE;

/** Measurements typed a while ago carry the time they were typed at, not the present one.
 *  @param {HTMLFormElement} form @param {number} at */
export function fillTime(form, at) {
  const time = emptyTime(form);
  if (time && serverNow() - at > MINUTE) setTime(time, at);
}

/** The time of the form, where it is empty, which means now. One that is folded away is empty for
 *  another reason: a correction has the time of its original. @param {HTMLFormElement} form */
function emptyTime(form) {
  const time = find("input[data-zone]:not(details input)", HTMLInputElement, form);
  return time && !time.value ? time : null;
}

export const noteLine = () => mustFind("[data-draft-note]", HTMLElement);

/** @param {string} sentence */
export function note(sentence) {
  noteLine().textContent = sentence;
  noteLine().hidden = false;
}

/** Says of what was typed long ago that it was, so that it is not taken for what is so now.
 *  @param {number} at */
export function noteAge(at) {
  const minutes = Math.floor(serverNow() / MINUTE) - Math.floor(at / MINUTE);
  const params = { minutes, time: siteTime(at) };
  if (serverNow() - at > LONG_AGO) note(fillIn(noteLine().dataset.typed, params));
}

/** What was typed long ago, on a page that stayed open, is not saved as if it were of now: it gets its
 *  time, and is looked at. @param {HTMLFormElement} form @param {SubmitEvent} event */
export function holdOld(form, event) {
  const draft = readDraft(keyOf(form));
  if (!draft || serverNow() - draft.at <= LONG_AGO || !emptyTime(form)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  fillTime(form, draft.at);
  noteAge(draft.at);
  noteLine().scrollIntoView({ block: "nearest" });
}
