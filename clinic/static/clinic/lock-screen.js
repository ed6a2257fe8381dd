// Nothing of a patient stays on a screen where no one is signed in.
import { mustFind } from "./page.js";

const LOCKED = "locked";
const title = document.title;
/** @type {Element | null} where someone was typing */
let place = null;
const signedIn = document.documentElement.dataset.signedIn || "";

/** Tells the other tabs, and the pages that this sign-in is still shown, until a new one. */
export const noteLock = () => localStorage.setItem(LOCKED, `${signedIn} ${Date.now()}`);

/** Whether the page's sign-in was locked: whatever the server thinks, it is to be asked for the PIN. */
export const wasLocked = () => Boolean(signedIn) && localStorage.getItem(LOCKED)?.split(" ")[0] === signedIn;

/** @param {() => void} act whenever another tab was locked, handed over or signed out */
export const onLockElsewhere = (act) => addEventListener("storage", ({ key }) => key === LOCKED && act());

/** A locked page sends no requests. @param {Event} event of htmx */
function hold(event) {
  if (document.body.classList.contains(LOCKED)) event.preventDefault();
}

/** Hide the page at once, without asking the server. Other scripts forget then what is for its person
 *  alone: the event is `page-locked`. */
export function showLockScreen() {
  document.dispatchEvent(new Event("page-locked"));
  const screen = mustFind("[data-lock-screen]", HTMLElement);
  if (screen.hidden) place = document.activeElement;
  document.title = screen.dataset.lockScreen || "";
  screen.hidden = false;
  document.body.classList.add(LOCKED);
  document.body.addEventListener("htmx:beforeRequest", hold);
  screen.focus();
}

/** The page as it was. */
export function hideLockScreen() {
  document.title = title;
  document.body.classList.remove(LOCKED);
  mustFind("[data-lock-screen]", HTMLElement).hidden = true;
  if (place instanceof HTMLElement) place.focus();
}

/** Open the page again: the server sends whoever is signed out to the lock, and back here later. */
export function reopenPage() {
  showLockScreen();
  // Not a reload, which would send a form again.
  location.replace(location.pathname + location.search);
}
