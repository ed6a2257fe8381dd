// The PIN pad of the lock: shown once a name is tapped, sent with the sixth digit. The keyboard
// works as well; without this script there are a field and a button.
import { findAll, mustFind } from "./page.js";

const DIGITS = 6;

/** @param {HTMLFormElement} form */
function start(form) {
  const pad = mustFind("[data-pin-pad]", HTMLElement, form);
  const input = mustFind("input", HTMLInputElement, pad);
  const dots = mustFind("[data-pin-dots]", HTMLElement, pad);
  const chosen = () => form.querySelector("[name=staff]:checked");

  const show = () => {
    const error = pad.querySelector(".field-error");
    if (error && input.value) error.textContent = "";
    [...dots.children].forEach((dot, index) => {
      dot.classList.toggle("filled", index < input.value.length);
    });
  };
  const changed = () => {
    input.value = input.value.replace(/\D/g, "").slice(0, DIGITS);
    show();
    if (input.value.length === DIGITS && !form.dataset.sent) form.requestSubmit();
  };
  /** @param {string} value */
  const type = (value) => {
    if (form.dataset.sent) return;
    input.value = value;
    input.focus({ preventScroll: true });
    changed();
  };
  /** @param {boolean} isPointed */
  const choose = (isPointed) => {
    pad.hidden = !chosen();
    input.value = "";
    show();
    if (pad.hidden) return;
    if (isPointed) input.focus({ preventScroll: true });
    pad.scrollIntoView({ block: "nearest" });
  };

  // The tablet's own keyboard would cover the names; a real one still types.
  input.inputMode = "none";
  for (let count = 0; count < DIGITS; count += 1) dots.append(document.createElement("i"));
  form.classList.add("has-pad");
  mustFind("[data-pin-keys]", HTMLElement, pad).hidden = false;
  mustFind("[data-pin-submit]", HTMLElement, pad).hidden = true;
  pad.addEventListener("click", ({ target }) => {
    const button = /** @type {HTMLElement} */ (target).closest("button");
    if (!button) return;
    if (button.dataset.digit) type(input.value + button.dataset.digit);
    else if ("pinBack" in button.dataset) type(input.value.slice(0, -1));
    else if ("pinClear" in button.dataset) type("");
  });
  input.addEventListener("input", changed);
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
