// Tells the server that a page with patients on it is being printed: who printed what is logged.
import { find } from "./page.js";

export function startPrintLog() {
  addEventListener("beforeprint", () => {
    const form = find("form[data-printed]", HTMLFormElement);
    if (form) navigator.sendBeacon(form.dataset.printed || "", new FormData(form));
  });
}
