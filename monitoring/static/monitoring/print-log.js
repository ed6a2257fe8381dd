// Whoever prints a page that shows patients is kept as having printed it.
export function startPrinted() {
  addEventListener("beforeprint", () => {
    const form = document.querySelector("form[data-printed]");
    if (form) navigator.sendBeacon(form.dataset.printed, new FormData(form));
  });
}
