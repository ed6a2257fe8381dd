// Keeps what was typed through a reload, a time-out or a lost network, until the server has it.
// In the tab's own storage: it goes with the tab, and with signing out. It belongs to the person who
// typed it: on a shared tablet the next person begins with an empty form. It keeps the id of the row
// that it becomes, so that what was saved while the answer was lost is not saved a second time.
import { serverNow, siteTime } from "./countdown.js";
import { draftOf, drafts, MINE, TOO_OLD } from "./draft-store.js";
import { setTime } from "./times.js";

const NEVER = new Set(["password", "passkey", "csrfmiddlewaretoken", "through_seq", "id"]);
const A_WHILE = 60000;

/** @typedef {{at: number, id: string, isSent: boolean, typed: [string, string][]}} Draft
 *  `at` is the server's time of the last change, `id` names the row that the form becomes. */

/** @param {HTMLFormElement} form */
const keyOf = (form) => MINE + form.dataset.draft;

/** @param {HTMLFormElement} form @returns {HTMLInputElement} */
const idOf = (form) => form.querySelector("input[name=id]");

/** @param {HTMLFormElement} form @param {boolean} isSent */
function keep(form, isSent = false) {
  const typed = [...new FormData(form)].filter(([name, value]) => !NEVER.has(name) && value);
  const draft = { at: serverNow(), id: idOf(form).value, isSent, typed };
  sessionStorage.setItem(keyOf(form), JSON.stringify(draft));
}

/** Measurements typed a while ago carry the time they were typed at, not the present one. */
function fillTime(form, at) {
  // Folded away it is empty for another reason: a correction keeps the time of its original.
  const time = form.querySelector("input[data-zone]:not(details input)");
  if (time && !time.value && serverNow() - at > A_WHILE) setTime(time, at);
}

/** @param {HTMLFormElement} form @param {Draft} draft */
function fill(form, { at, id, typed }) {
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
  idOf(form).value = id;
  fillTime(form, at);
}

/** What the server says of a form that was sent before: its words when it is saved, or nothing. */
async function savedAs(id) {
  try {
    const answer = await fetch(location.href, { headers: { "X-Draft": id } });
    return (await answer.json()).saved;
  } catch {
    return "";
  }
}

/** @param {string} words */
function note(words) {
  const line = document.querySelector("[data-draft-note]");
  line.textContent = words;
  line.hidden = false;
}

/** @param {HTMLFormElement} form */
async function restore(form) {
  const draft = draftOf(keyOf(form));
  if (!draft) return;
  const saved = draft.isSent ? await savedAs(draft.id) : "";
  if (saved) {
    sessionStorage.removeItem(keyOf(form));
    note(saved);
  } else fill(form, draft);
}

/** Says once that there was a draft, too old to be kept. @param {HTMLFormElement} form */
function tellOfOld(form) {
  const key = TOO_OLD + keyOf(form);
  const at = Number(sessionStorage.getItem(key));
  sessionStorage.removeItem(key);
  const { discarded } = document.querySelector("[data-draft-note]").dataset;
  if (at) note(discarded.replace("#", siteTime(at)));
}

/** Says no more than that there is one: neither whose, nor what stands in it. */
function tellOfOthers(form) {
  const isOther = (key) => key.endsWith(`:${form.dataset.draft}`) && !key.startsWith(MINE);
  const line = document.querySelector("[data-other-draft]");
  if (line && drafts().some(isOther)) line.hidden = false;
}

/** @param {HTMLFormElement} form */
async function start(form) {
  tellOfOld(form);
  tellOfOthers(form);
  if ("draftOver" in form.dataset) sessionStorage.removeItem(keyOf(form));
  // What was refused stands on the page as it was sent.
  else if (document.querySelector("[data-error-summary]")) keep(form);
  else await restore(form);
  form.addEventListener("input", () => keep(form));
  form.addEventListener("submit", () => keep(form, true));
}

export function startDrafts() {
  document.querySelectorAll("form[data-draft]").forEach(start);
  // A page that the browser kept is as old as what was typed there: it may be saved since.
  addEventListener("pageshow", ({ persisted }) => persisted && location.reload());
}
