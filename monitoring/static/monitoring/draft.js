// Keeps what was typed through a reload, a time-out or a lost network, until the server has it.
// In the tab's own storage: it goes with the tab, and with signing out.

const PREFIX = "draft:";
const SECRET = new Set(["password", "csrfmiddlewaretoken", "through_seq", "id"]);

/** @param {HTMLFormElement} form */
function keep(form) {
  const typed = [...new FormData(form)].filter(([name, value]) => !SECRET.has(name) && value);
  sessionStorage.setItem(PREFIX + form.dataset.draft, JSON.stringify(typed));
}

/** @param {HTMLFormElement} form */
function restore(form) {
  const kept = sessionStorage.getItem(PREFIX + form.dataset.draft);
  if (!kept || form.querySelector(".has-error, .is-invalid, [data-error-summary]")) return;
  for (const [name, value] of JSON.parse(kept)) {
    for (const input of form.querySelectorAll(`[name="${CSS.escape(name)}"]`)) {
      if (input.type === "radio" || input.type === "checkbox") {
        if (input.value === value) input.checked = true;
      } else if (input.type !== "hidden" && !input.value) input.value = value;
    }
  }
}

export function startDrafts() {
  const saved = document.querySelector("meta[name='saved-draft']");
  if (saved) sessionStorage.removeItem(PREFIX + saved.content);
  document.querySelectorAll("form[data-draft]").forEach((form) => {
    restore(form);
    form.addEventListener("input", () => keep(form));
  });
  document.querySelectorAll("form[data-forget-drafts]").forEach((form) => {
    form.addEventListener("submit", () => sessionStorage.clear());
  });
}
