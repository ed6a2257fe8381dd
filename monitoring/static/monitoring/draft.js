// Keeps what was typed through a reload, a time-out or a lost network, until the server has it.
// In the tab's own storage: it goes with the tab, and with signing out. It belongs to the person who
// typed it: on a shared tablet the next person begins with an empty form.
import { drafts, MINE } from "./kept.js";

const NEVER = new Set(["password", "csrfmiddlewaretoken", "through_seq", "id"]);

/** @param {HTMLFormElement} form */
function keep(form) {
  const typed = [...new FormData(form)].filter(([name, value]) => !NEVER.has(name) && value);
  const draft = { at: Date.now(), typed };
  sessionStorage.setItem(MINE + form.dataset.draft, JSON.stringify(draft));
}

/** Measurements typed a while ago carry the time they were typed at, not the present one. */
function restoreTime(form, at) {
  const time = form.querySelector("input[data-zone]");
  if (!time || time.value || Date.now() - at < 60000) return;
  const options = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  const zone = time.dataset.zone;
  time.value = new Intl.DateTimeFormat("en-GB", { ...options, timeZone: zone }).format(at);
}

/** @param {HTMLFormElement} form */
function restore(form) {
  const kept = sessionStorage.getItem(MINE + form.dataset.draft);
  if (!kept || document.querySelector("[data-error-summary]")) return;
  const { at, typed } = JSON.parse(kept);
  for (const [name, value] of typed) {
    for (const input of form.querySelectorAll(`[name="${CSS.escape(name)}"]`)) {
      if (input.type === "radio" || input.type === "checkbox") {
        if (input.value === value) {
          input.checked = true;
          input.closest("details")?.setAttribute("open", "");
        }
      } else if (input.type !== "hidden" && !input.value) input.value = value;
    }
  }
  restoreTime(form, at);
}

/** Says no more than that there is one: neither whose, nor what stands in it. */
function tellOfOthers(form) {
  const isOther = (key) => key.endsWith(`:${form.dataset.draft}`) && !key.startsWith(MINE);
  const line = document.querySelector("[data-other-draft]");
  if (line && drafts().some(isOther)) line.hidden = false;
}

export function startDrafts() {
  document.querySelectorAll("form[data-draft]").forEach((form) => {
    restore(form);
    tellOfOthers(form);
    form.addEventListener("input", () => keep(form));
  });
}
