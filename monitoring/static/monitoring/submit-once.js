// A form is sent once: a second tap on Save waits for the answer to the first.

export function startOnce() {
  const forms = document.querySelectorAll("form[data-once]");
  forms.forEach((form) => {
    form.addEventListener("submit", (event) => {
      if (form.dataset.sent) event.preventDefault();
      form.dataset.sent = "1";
      form.setAttribute("aria-busy", "true");
      setTimeout(() => delete form.dataset.sent, 20000);
    });
  });
  addEventListener("pageshow", () =>
    forms.forEach((form) => {
      delete form.dataset.sent;
      form.removeAttribute("aria-busy");
    }),
  );
}
