// Locks a screen that no one touches. The page is covered at once, with or without a network, and
// the server is told as soon as it answers. A page that brings itself up to date does not count.
import { cover, leave } from "./lock-screen.js";

const TOUCHES = ["pointerdown", "pointermove", "keydown", "wheel", "touchstart", "input"];
const TOUCHED = "touched";
const LOCKED = "locked";
const TELL_EVERY = 30000;
const TRY_AGAIN = 5000;
const MOMENT = 500;

/** @type {HTMLFormElement | null} the form that locks; it carries the token of the page */
let form = null;
let limit = 0;
let touched = Date.now();
let told = Date.now();
let telling = 0;
let isLocked = false;

/** When any tab of this browser was touched last; a clock that went back does not keep it open. */
const lastTouch = () => Math.min(Date.now(), Math.max(touched, Number(localStorage.getItem(TOUCHED))));

const isTooLong = () => Date.now() - lastTouch() >= limit;

/** @param {string} address */
function send(address) {
  // The header asks for 401 instead of a page to sign in at.
  const headers = { "HX-Request": "true" };
  return fetch(address, { method: "POST", body: new FormData(form), headers, redirect: "manual" });
}

/** At most every half minute; the last touch is told too. */
async function tell() {
  telling = 0;
  told = Date.now();
  try {
    const answer = await send(form.dataset.active);
    if (answer.status === 401 || answer.status === 403) leave();
  } catch {
    tellLater(TRY_AGAIN);
  }
}

/** @param {number} delay */
function tellLater(delay) {
  if (!telling && !isLocked) telling = setTimeout(tell, delay);
}

function touch() {
  if (isLocked || Math.abs(Date.now() - touched) < MOMENT) return;
  if (isTooLong()) {
    lock();
    return;
  }
  touched = Date.now();
  localStorage.setItem(TOUCHED, String(touched));
  tellLater(Math.max(0, told + Math.min(TELL_EVERY, limit / 4) - touched));
}

function lock() {
  if (isLocked) return;
  isLocked = true;
  clearTimeout(telling);
  cover();
  localStorage.setItem(LOCKED, String(Date.now()));
  signOut();
}

async function signOut() {
  try {
    await send(form.action);
    leave();
  } catch {
    setTimeout(signOut, TRY_AGAIN);
  }
}

const check = () => {
  if (isTooLong()) lock();
};

export function startIdle() {
  limit = Number(document.documentElement.dataset.idle) * 1000;
  form = document.querySelector("form[data-active]");
  if (!limit || !form) return;
  localStorage.setItem(TOUCHED, String(touched));
  TOUCHES.forEach((name) => addEventListener(name, touch, { capture: true, passive: true }));
  setInterval(check, 1000);
  // Back from sleep, from another tab or from the history.
  document.addEventListener("visibilitychange", check);
  addEventListener("pageshow", check);
  // Another tab was locked, handed over or signed out: its request is given a moment to arrive.
  addEventListener("storage", ({ key }) => {
    if (key !== LOCKED || isLocked) return;
    isLocked = true;
    cover();
    setTimeout(leave, 3 * MOMENT);
  });
  for (const out of [form, ...document.querySelectorAll("form[data-forget-drafts]")]) {
    out.addEventListener("submit", () => localStorage.setItem(LOCKED, String(Date.now())));
  }
}
