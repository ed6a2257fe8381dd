// When a person touched this browser last, and that the server is told so while there is contact.
import { patience } from "./page.js";

const TOUCHED = "touched";
const REPORT_EVERY = 30000;
const TRY_AGAIN = 5000;
const ANSWERS_WITHIN = 5000;

/** Milliseconds after which an untouched page locks. */
const limit = Number(document.documentElement.dataset.idle) * 1000;
let touched = Date.now();
let reported = Date.now();
let isReported = true;
/** @type {ReturnType<typeof setTimeout> | undefined} runs until the next report to the server */
let timer;

export function noteTouch() {
  touched = Date.now();
  localStorage.setItem(TOUCHED, String(touched));
}

/** When any tab of this browser was touched last. A clock that was set back keeps no page open: what
 *  is further ahead than a page stays open counts as now, once. */
function lastTouch() {
  const now = Date.now();
  const found = Math.max(touched, Number(localStorage.getItem(TOUCHED)));
  if (found <= now + limit) return Math.min(now, found);
  noteTouch();
  return now;
}

/** Milliseconds, in any tab. */
export const untouchedFor = () => Date.now() - lastTouch();

/** Milliseconds, in this one. */
export const untouchedHere = () => Math.abs(Date.now() - touched);

/** An error where the server does not answer; a proxy in front of it may.
 *  @param {HTMLFormElement} form the form that locks; it carries the token of the page
 *  @param {string} address */
export async function send(form, address) {
  // The header asks for 401 instead of a page to sign in at.
  const headers = { "HX-Request": "true" };
  const body = new FormData(form);
  const signal = patience(ANSWERS_WITHIN);
  const answer = await fetch(address, { method: "POST", body, headers, redirect: "manual", signal });
  if (answer.status >= 500) throw new Error(`The server answers ${answer.status}.`);
  return answer;
}

/** @param {HTMLFormElement} form @param {() => void} onOut is called where no one is signed in */
async function report(form, onOut) {
  timer = undefined;
  reported = Date.now();
  try {
    const answer = await send(form, form.dataset.active || "");
    if (answer.status === 401 || answer.status === 403) onOut();
  } catch {
    reportIn(TRY_AGAIN, form, onOut);
  }
}

/** @param {number} delay @param {HTMLFormElement} form @param {() => void} onOut */
function reportIn(delay, form, onOut) {
  if (!timer && isReported) timer = setTimeout(report, delay, form, onOut);
}

/** At most every half minute; the last touch is reported too.
 *  @param {HTMLFormElement} form @param {() => void} onOut is called where no one is signed in */
export function reportTouch(form, onOut) {
  reportIn(Math.max(0, reported + Math.min(REPORT_EVERY, limit / 4) - touched), form, onOut);
}

/** From the lock on: what is done on a page that was opened here renews nothing at the server. */
export function endReports() {
  isReported = false;
  clearTimeout(timer);
}
