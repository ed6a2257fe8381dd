// The keys for a PIN: dots in place of digits, and what is to be done with the sixth. A keyboard
// works as well.
import { mustFind } from "./page.js";

const DIGITS = 6;

/**
 * @param {HTMLElement} pad
 * @param {(pin: string) => void} whole is called with each six digits
 * @param {() => boolean} [isBusy] nothing is typed meanwhile
 */
export function startPad(pad, whole, isBusy = () => false) {
  const input = mustFind("input", HTMLInputElement, pad);
  const dots = mustFind("[data-pin-dots]", HTMLElement, pad);
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
    if (input.value.length === DIGITS && !isBusy()) whole(input.value);
  };
  /** @param {string} value */
  const type = (value) => {
    if (isBusy()) return;
    input.value = value;
    input.focus({ preventScroll: true });
    changed();
  };
  const clear = () => {
    input.value = "";
    show();
  };

  // The tablet's own keyboard would cover the page; a real one still types.
  input.inputMode = "none";
  dots.replaceChildren(...Array.from({ length: DIGITS }, () => document.createElement("i")));
  mustFind("[data-pin-keys]", HTMLElement, pad).hidden = false;
  pad.addEventListener("click", ({ target }) => {
    const button = /** @type {HTMLElement} */ (target).closest("button");
    if (!button) return;
    if (button.dataset.digit) type(input.value + button.dataset.digit);
    else if ("pinBack" in button.dataset) type(input.value.slice(0, -1));
    else if ("pinClear" in button.dataset) type("");
  });
  input.addEventListener("input", changed);
  return { input, type, clear };
}
