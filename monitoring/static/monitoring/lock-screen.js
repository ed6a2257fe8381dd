// Nothing of a patient stays on a screen that no one is signed in at.

const WORDS = "[data-cover]";

/** Hide the page at once, without asking the server. */
export function cover() {
  const sheet = document.querySelector(WORDS);
  document.title = sheet.dataset.cover;
  sheet.hidden = false;
  document.body.classList.add("covered");
  // A covered page asks for nothing more.
  document.body.addEventListener("htmx:beforeRequest", (event) => event.preventDefault());
  sheet.focus();
}

/** Open the page anew: the server sends who is signed in no more to the lock, and back here. */
export function leave() {
  cover();
  // Not a reload, which would send a form again.
  location.replace(location.pathname + location.search);
}
