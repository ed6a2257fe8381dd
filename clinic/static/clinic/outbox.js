// A form that is marked for it is kept on the tablet before it is sent, and until the server has it.
// Where the browser keeps nothing, or the server has something to say, it goes the ordinary way.
import { siteTime } from "./countdown.js";
import { dropDraft, keyOf, readDraft } from "./draft-store.js";
import { showUnsent } from "./outbox-bar.js";
import { isRefusal, isSaved, isToBeSentAgain } from "./outbox-answers.js";
import { addressOf, entryOf } from "./outbox-entry.js";
import { heldBy, inHand, put, remove, send, startQueue } from "./outbox-queue.js";
import { field, fillIn, find, findAll, mustFind } from "./page.js";
import { sealing } from "./ticket.js";
import { UNSENT } from "./unsent.js";
import { uuid7 } from "./uuid7.js";

/** @typedef {import("./vault.js").Entry} Entry */

const page = document.documentElement.dataset;
/** What was kept from this page, in order; the last is the one that the page still shows.
 *  @type {string[]} */
const keptHere = [];
let isShown = false;

/** What is kept is not changed any more. @param {HTMLFormElement} form @param {boolean} isKept */
function close(form, isKept) {
  isShown = isKept;
  for (const part of form.children) {
    if (!part.matches("[data-outbox-note], .action-bar")) part.toggleAttribute("inert", isKept);
  }
  const button = mustFind("[data-main]", HTMLButtonElement, form);
  button.disabled = button.hidden = isKept;
  mustFind("[data-outbox-note]", HTMLElement, form).hidden = !isKept;
}

/** @param {Entry} entry @param {ParentNode} [within] */
function sayWhere({ at, id }, within = document) {
  const note = mustFind("[data-outbox-note]", HTMLElement, within);
  const words = fillIn(note.dataset.words, { time: siteTime(at) });
  mustFind("[data-outbox-words]", HTMLElement, note).textContent = `${words} ${heldBy(id)}`;
  return note;
}

/** Kept, but not on the server: said where the form was, with what keeps the server from taking it.
 *  What waits on the tablet is no draft any more. @param {HTMLFormElement} form @param {Entry} entry */
function sayKept(form, entry) {
  const note = sayWhere(entry, form);
  keptHere.push(entry.id);
  dropDraft(keyOf(form));
  close(form, true);
  note.scrollIntoView({ block: "nearest" });
  show();
}

/** The next one is another row, and was asked for by no slot. @param {HTMLFormElement} form */
function startAnother(form) {
  const button = find("[data-outbox-another]", HTMLButtonElement, form);
  button?.addEventListener("click", () => {
    form.reset();
    form.dataset.outbox = addressOf(form).split("?")[0] || "";
    if (button.dataset.heading) mustFind("h1", HTMLElement).textContent = button.dataset.heading;
    field(form, "id").value = uuid7();
    close(form, false);
    delete form.dataset.sent;
    form.removeAttribute("aria-busy");
  });
}

/** @param {HTMLFormElement} form @param {ReturnType<typeof sealing>} seal */
async function save(form, seal) {
  const entry = entryOf(form, keptHere);
  inHand.id = entry.id;
  try {
    await put({ ...entry, ...(await seal(entry)) });
  } catch {
    // The browser keeps nothing: it goes as a form goes.
    form.submit();
    return;
  }
  const answer = await send(entry, field(form, "csrfmiddlewaretoken"));
  if (isSaved(answer)) {
    await remove(entry.id).catch(() => {});
    location.assign(answer.page || "/");
  } else if (isToBeSentAgain(answer)) {
    inHand.id = "";
    sayKept(form, entry);
  } else {
    // What the server has to say stands on its own page. What it refused is in the hands of who typed
    // it; what needs a sign-in waits for that.
    if (isRefusal(answer)) await remove(entry.id).catch(() => {});
    else dropDraft(keyOf(form));
    form.submit();
  }
}

/** @param {HTMLFormElement} form */
function start(form) {
  form.dataset.isStarted = "";
  const seal = sealing(form);
  startAnother(form);
  form.addEventListener("submit", (event) => {
    const by = /** @type {SubmitEvent} */ (event).submitter;
    if (event.defaultPrevented || by?.getAttribute("name")) return;
    event.preventDefault();
    save(form, seal);
  });
}

/** What the page says of its entry is as true as the bar. */
async function show() {
  try {
    const entries = await showUnsent();
    const own = entries.find(({ id }) => id === keptHere.at(-1));
    if (!isShown) return;
    // Another tab has sent it, or it is discarded.
    if (!own) location.reload();
    else if (own.isRefused) mustFind("[data-outbox-note]", HTMLElement).hidden = true;
    else sayWhere(own);
  } catch {
    // The browser's database does not open: nothing is known to wait.
    localStorage.removeItem(UNSENT);
  }
}

/** Goes on where what was saved by itself is what this page is for, and nothing else was begun here.
 *  @param {Entry} entry @param {string} next */
function goOn({ id, address, person }, next) {
  const form = find("form[data-outbox]", HTMLFormElement);
  if (!form || person !== page.person) return;
  const isHere = isShown ? id === keptHere.at(-1) : address === addressOf(form) && !readDraft(keyOf(form));
  if (isHere) location.assign(next);
  isShown &&= !isHere;
}

const startAll = () => findAll("form[data-outbox]:not([data-is-started])", HTMLFormElement).forEach(start);
startAll();
document.addEventListener("form-shown", startAll);
document.addEventListener("unsent-holds-up", async () => {
  await show();
  find("[data-unsent]", HTMLElement)?.scrollIntoView();
});
startQueue(show, goOn);
