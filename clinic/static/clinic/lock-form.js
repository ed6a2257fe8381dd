// The lock: the PIN pad is shown once a name is tapped, and sent with the sixth digit. Without this
// script there are a field and a button.
import { findAll, mustFind } from "./page.js";
import { startPad } from "./pin-pad.js";

/** @param {HTMLFormElement} form */
function start(form) {
  const pad = mustFind("[data-pin-pad]", HTMLElement, form);
  const chosen = () => form.querySelector("[name=staff]:checked");
  const isSent = () => Boolean(form.dataset.sent);
  const { input, type, clear } = startPad(pad, () => form.requestSubmit(), isSent);
  /** @param {boolean} isPointed */
  const choose = (isPointed) => {
    pad.hidden = !chosen();
    clear();
    if (pad.hidden) return;
    if (isPointed) input.focus({ preventScroll: true });
    pad.scrollIntoView({ block: "nearest" });
  };

  form.classList.add("has-pad");
  mustFind("[data-pin-submit]", HTMLElement, pad).hidden = true;
  // The arrow keys go through the names, so they leave the focus there; digits find their way.
  form.addEventListener("change", ({ target }) => target !== input && choose(false));
  form.addEventListener("click", ({ target, detail }) => {
    if (detail && /** @type {HTMLInputElement} */ (target).name === "staff") choose(true);
  });
  form.addEventListener("keydown", (event) => {
    if (event.target === input || !chosen() || !/^\d$/.test(event.key)) return;
    event.preventDefault();
    type(input.value + event.key);
  });
  // A PIN that was sent, or left by the back button, does not stay in the page.
  addEventListener("pageshow", () => choose(true));
  choose(true);
}

findAll("form[data-pin]", HTMLFormElement).forEach(start);
