// A draft holds what was typed through a reload, a time-out, a lost network or the end of the browser,
// until it is saved. It goes with signing out. It belongs to the person who typed it: on a shared
// tablet the next person begins with an empty form. It holds the id of the row that it becomes, so
// that what was saved while the answer was lost is saved once.
import { serverNow, siteTime } from "./countdown.js";
import { fillTime, holdOld, note, noteAge, noteLine } from "./draft-age.js";
import { draftKeys, dropDraft, EXPIRED, keepDraft, keyOf, OWN, readDraft, recallDrafts } from "./draft-store.js";
import { field, fillIn, find, findAll } from "./page.js";
import { uuid7 } from "./uuid7.js";

/** @typedef {import("./draft-store.js").Draft} Draft */

const NEVER = new Set(["password", "passkey", "csrfmiddlewaretoken", "through_seq", "id"]);

/** @param {HTMLFormElement} form @param {boolean} isSent */
function saveDraft(form, isSent = false) {
  const filled = /** @type {[string, string][]} */ ([...new FormData(form)]);
  const typed = filled.filter(([name, value]) => !NEVER.has(name) && value);
  keepDraft(keyOf(form), { at: serverNow(), id: field(form, "id").value, isSent, typed });
}

/** @param {HTMLInputElement} input a radio button or a tick box */
function tick(input) {
  input.checked = true;
  input.closest("details")?.setAttribute("open", "");
}

/** @param {Element} input @param {string} value */
function fillInput(input, value) {
  if (input instanceof HTMLInputElement && ["radio", "checkbox"].includes(input.type)) {
    if (input.value === value) tick(input);
  } else if (
    input instanceof HTMLInputElement ||
    input instanceof HTMLTextAreaElement ||
    input instanceof HTMLSelectElement
  ) {
    if (input.type !== "hidden" && !input.value) input.value = value;
  }
}

/** @param {HTMLFormElement} form @param {Draft} draft */
function fill(form, { at, id, typed, enteredAt }) {
  for (const [name, value] of typed) {
    const inputs = form.querySelectorAll(`[name="${CSS.escape(name)}"]`);
    inputs.forEach((input) => fillInput(input, value));
  }
  field(form, "id").value = id;
  fillTime(form, enteredAt || at);
}

/** What the server says of a form that was sent before: a sentence when it is saved, or nothing.
 *  @param {string} id @returns {Promise<string>} */
async function savedAs(id) {
  try {
    const answer = await fetch(location.href, { headers: { "X-Draft": id } });
    return (await answer.json()).saved;
  } catch {
    return "";
  }
}

/** @param {HTMLFormElement} form */
async function restore(form) {
  const draft = readDraft(keyOf(form));
  if (!draft) return;
  const saved = draft.isSent ? await savedAs(draft.id) : "";
  if (saved) {
    dropDraft(keyOf(form));
    note(saved);
  } else {
    fill(form, draft);
    noteAge(draft.enteredAt || draft.at);
  }
}

/** Says once that there was a draft and that it has expired. @param {HTMLFormElement} form */
function noteExpired(form) {
  const key = EXPIRED + keyOf(form);
  const at = Number(sessionStorage.getItem(key));
  sessionStorage.removeItem(key);
  if (at) note(fillIn(noteLine().dataset.discarded, { time: siteTime(at) }));
}

/** Says no more than that there is one: neither whose, nor what stands in it.
 *  @param {HTMLFormElement} form */
function noteOthers(form) {
  /** @param {string} key */
  const isOther = (key) => key.endsWith(`:${form.dataset.draft}`) && !key.startsWith(OWN);
  const line = find("[data-other-draft]", HTMLElement);
  if (line && draftKeys().some(isOther)) line.hidden = false;
}

/** @param {HTMLFormElement} form */
async function start(form) {
  form.addEventListener("input", () => saveDraft(form));
  form.addEventListener("submit", (event) => holdOld(form, event), { capture: true });
  form.addEventListener("submit", () => saveDraft(form, true));
  noteExpired(form);
  noteOthers(form);
  if ("draftOver" in form.dataset) dropDraft(keyOf(form));
  // What was refused stands on the page as it was sent.
  else if (document.querySelector("[data-error-summary]")) saveDraft(form);
  else {
    // That of the server is for a browser without scripts.
    if ("outbox" in form.dataset) field(form, "id").value = uuid7();
    if (!readDraft(keyOf(form))) await recallDrafts();
    await restore(form);
  }
}

export function startDrafts() {
  findAll("form[data-draft]", HTMLFormElement).forEach(start);
  // A page from the browser's memory is as old as what was typed there: it may be saved since.
  addEventListener("pageshow", ({ persisted }) => persisted && location.reload());
}
