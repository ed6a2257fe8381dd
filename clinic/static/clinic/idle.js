// Locks a screen that no one touches. The page is hidden at once, with or without a network, and
// the server is informed as soon as it answers. Until then the PIN of the page's person opens it here.
// A page that updates itself is not touched by that.
import { askServer } from "./countdown.js";
import { forgetTries, hideAlone, showAlone } from "./lock-alone.js";
import { hideLockScreen, noteLock, onLockElsewhere, reopenPage, showLockScreen, wasLocked } from "./lock-screen.js";
import { find, findAll } from "./page.js";
import { endReports, noteTouch, reportTouch, send, untouchedFor, untouchedHere } from "./touches.js";

const TOUCHES = ["pointerdown", "pointermove", "keydown", "wheel", "touchstart", "input"];
const TRY_AGAIN = 5000;
const MOMENT = 500;
/** Who is in mid-entry when there is contact again is not sent to the lock. */
const PAUSE = 10000;

const limit = Number(document.documentElement.dataset.idle) * 1000;
let isLocked = false;
/** It was opened here, and the server has not been told of the lock. */
let isOpenedHere = false;
/** The server lets no one in here any more. */
let isOut = false;
/** @type {ReturnType<typeof setTimeout> | undefined} runs until the server is asked again */
let again;
let turns = 0;

const isTooLong = () => untouchedFor() >= limit;

/** @param {HTMLFormElement} form */
function touch(form) {
  if (isLocked || untouchedHere() < MOMENT) return;
  if (isTooLong()) {
    lock(form);
    return;
  }
  noteTouch();
  reportTouch(form, leave);
}

function hide() {
  isLocked = true;
  endReports();
  hideAlone();
  showLockScreen();
}

/** @param {HTMLFormElement} form */
function lock(form) {
  if (isLocked) return;
  hide();
  noteLock();
  signOut(form);
}

/** At the server, too, also after the page was opened here. @param {HTMLFormElement} form */
const signOut = (form) => leaveOnce(form, () => send(form, form.action));

/** As soon as the server answers; until then the PIN opens the page here.
 *  @param {HTMLFormElement} form @param {() => Promise<unknown>} ask fails without contact */
async function leaveOnce(form, ask) {
  turns += 1;
  const turn = turns;
  clearTimeout(again);
  try {
    await ask();
    leave();
  } catch {
    if (isLocked) showAlone(() => openHere(form));
    if (turn === turns) again = setTimeout(leaveOnce, TRY_AGAIN, form, ask);
  }
}

/** The right PIN without contact. @param {HTMLFormElement} form */
function openHere(form) {
  isLocked = false;
  isOpenedHere = true;
  noteTouch();
  hideLockScreen();
  signOut(form);
}

/** The server lets no one in here any more: the page opens again, which is the lock. */
export function leave() {
  isOut = true;
  if (isLocked || !isOpenedHere || untouchedFor() > PAUSE) reopenPage();
}

/** Another tab was locked, handed over or signed out. @param {HTMLFormElement} form */
function lockedElsewhere(form) {
  if (isLocked) return;
  hide();
  const ask = async () => {
    if (!(await askServer())) throw new Error("No contact.");
  };
  // The other tab's request is given a moment to arrive.
  setTimeout(leaveOnce, 3 * MOMENT, form, ask);
}

/** @param {HTMLFormElement} form */
function watch(form) {
  if (isTooLong()) lock(form);
  else if (isOut && !isLocked) leave();
}

export function startIdle() {
  const form = find("form[data-active]", HTMLFormElement);
  if (!limit || !form) return;
  const check = () => watch(form);
  noteTouch();
  if (wasLocked()) lock(form);
  else forgetTries();
  for (const name of TOUCHES) {
    addEventListener(name, () => touch(form), { capture: true, passive: true });
  }
  setInterval(check, 1000);
  // Back from sleep, from another tab or from the history.
  document.addEventListener("visibilitychange", check);
  addEventListener("pageshow", check);
  onLockElsewhere(() => lockedElsewhere(form));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    lock(form);
  });
  for (const out of findAll("form[data-forget-drafts]", HTMLFormElement)) {
    out.addEventListener("submit", noteLock);
  }
}
