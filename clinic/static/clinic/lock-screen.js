// Nothing of a patient stays on a screen where no one is signed in.
import { mustFind } from "./page.js";

/** Hide the page at once, without asking the server. */
export function showLockScreen() {
  const screen = mustFind("[data-lock-screen]", HTMLElement);
  document.title = screen.dataset.lockScreen || "";
  screen.hidden = false;
  document.body.classList.add("locked");
  // A locked page sends no requests.
  document.body.addEventListener("htmx:beforeRequest", (event) => event.preventDefault());
  screen.focus();
}

/** Open the page again: the server sends whoever is signed out to the lock, and back here later. */
export function reopenPage() {
  showLockScreen();
  // Not a reload, which would send a form again.
  location.replace(location.pathname + location.search);
}
