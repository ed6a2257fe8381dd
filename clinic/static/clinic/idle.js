// Locks a screen that no one touches. The page is hidden at once, with or without a network, and
// the server is informed as soon as it answers. A page that updates itself is not touched by that.
import { reopenPage, showLockScreen } from "./lock-screen.js";
import { find, findAll } from "./page.js";

const TOUCHES = ["pointerdown", "pointermove", "keydown", "wheel", "touchstart", "input"];
const TOUCHED = "touched";
const LOCKED = "locked";
const REPORT_EVERY = 30000;
const TRY_AGAIN = 5000;
const MOMENT = 500;

let limit = 0;
let touched = Date.now();
let reported = Date.now();
let isLocked = false;
/** @type {ReturnType<typeof setTimeout> | undefined} runs until the next report to the server */
let timer;

/** When any tab of this browser was touched last. A clock that was set back keeps no page open: what
 *  is further ahead than a page stays open counts as now, once. */
function lastTouch() {
  const now = Date.now();
  const found = Math.max(touched, Number(localStorage.getItem(TOUCHED)));
  if (found <= now + limit) return Math.min(now, found);
  touched = now;
  localStorage.setItem(TOUCHED, String(now));
  return now;
}

const isTooLong = () => Date.now() - lastTouch() >= limit;

/** @param {HTMLFormElement} form the form that locks; it carries the token of the page
 *  @param {string} address */
function send(form, address) {
  // The header asks for 401 instead of a page to sign in at.
  const headers = { "HX-Request": "true" };
  return fetch(address, { method: "POST", body: new FormData(form), headers, redirect: "manual" });
}

/** At most every half minute; the last touch is reported too. @param {HTMLFormElement} form */
async function report(form) {
  timer = undefined;
  reported = Date.now();
  try {
    const answer = await send(form, form.dataset.active || "");
    if (answer.status === 401 || answer.status === 403) reopenPage();
  } catch {
    reportIn(form, TRY_AGAIN);
  }
}

/** @param {HTMLFormElement} form @param {number} delay */
function reportIn(form, delay) {
  if (!timer && !isLocked) timer = setTimeout(report, delay, form);
}

/** @param {HTMLFormElement} form */
function touch(form) {
  if (isLocked || Math.abs(Date.now() - touched) < MOMENT) return;
  if (isTooLong()) {
    lock(form);
    return;
  }
  touched = Date.now();
  localStorage.setItem(TOUCHED, String(touched));
  reportIn(form, Math.max(0, reported + Math.min(REPORT_EVERY, limit / 4) - touched));
}

/** The other tabs of this browser lock as well. */
const lockOtherTabs = () => localStorage.setItem(LOCKED, String(Date.now()));

/** @param {HTMLFormElement} form */
function lock(form) {
  if (isLocked) return;
  isLocked = true;
  clearTimeout(timer);
  showLockScreen();
  lockOtherTabs();
  signOut(form);
}

/** @param {HTMLFormElement} form */
async function signOut(form) {
  try {
    await send(form, form.action);
    reopenPage();
  } catch {
    setTimeout(signOut, TRY_AGAIN, form);
  }
}

/** Another tab was locked, handed over or signed out. @param {StorageEvent} event */
function lockedElsewhere({ key }) {
  if (key !== LOCKED || isLocked) return;
  isLocked = true;
  showLockScreen();
  // The other tab's request is given a moment to arrive.
  setTimeout(reopenPage, 3 * MOMENT);
}

export function startIdle() {
  limit = Number(document.documentElement.dataset.idle) * 1000;
  const form = find("form[data-active]", HTMLFormElement);
  if (!limit || !form) return;
  const check = () => {
    if (isTooLong()) lock(form);
  };
  localStorage.setItem(TOUCHED, String(touched));
  for (const name of TOUCHES) {
    addEventListener(name, () => touch(form), { capture: true, passive: true });
  }
  setInterval(check, 1000);
  // Back from sleep, from another tab or from the history.
  document.addEventListener("visibilitychange", check);
  addEventListener("pageshow", check);
  addEventListener("storage", lockedElsewhere);
  for (const out of [form, ...findAll("form[data-forget-drafts]", HTMLFormElement)]) {
    out.addEventListener("submit", lockOtherTabs);
  }
}
