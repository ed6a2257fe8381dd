// A form is sent once: a second tap on Save waits for the answer to the first.
import { findAll } from "./page.js";

const GIVE_UP = 20000;

/** @param {HTMLFormElement} form */
function start(form) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "1";
    form.setAttribute("aria-busy", "true");
    setTimeout(() => delete form.dataset.sent, GIVE_UP);
  });
  addEventListener("pageshow", () => {
    delete form.dataset.sent;
    form.removeAttribute("aria-busy");
  });
}

export const startSubmitOnce = () => findAll("form[data-once]", HTMLFormElement).forEach(start);
