// The lock screen of a page that has no contact: what waits in which room, as far as the page knows,
// and the PIN of its person, which is checked here by ten bits of what it is hashed to. They are too
// few to tell the PIN to who reads the page, and enough to keep out who guesses. The server opens
// nothing for it: it asks for the PIN once more before it takes what was entered.
import { serverNow, showTimes, siteTime } from "./countdown.js";
import { fillIn, find, findAll, mustFind } from "./page.js";
import { startPad } from "./pin-pad.js";

/** How many PINs were tried since the last right one, in all tabs together. */
const TRIED = "pins-tried";
const triedPins = () => Number(localStorage.getItem(TRIED));

/** The server let someone in, which says more than a PIN here. */
export const forgetTries = () => localStorage.removeItem(TRIED);

/** The first ten bits of SHA-256 over the PIN's hash. @param {string} pin @param {DOMStringMap} how */
async function firstBits(pin, how) {
  const text = new TextEncoder();
  const key = await crypto.subtle.importKey("raw", text.encode(pin), "PBKDF2", false, ["deriveBits"]);
  const salt = text.encode(how.salt);
  const hashing = { name: "PBKDF2", hash: "SHA-256", salt, iterations: Number(how.rounds) };
  const hash = await crypto.subtle.deriveBits(hashing, key, 256);
  return new DataView(await crypto.subtle.digest("SHA-256", hash)).getUint16(0) >> 6;
}

/** One at a time, and counted before it is looked at. @param {string} pin @param {DOMStringMap} how */
const isRight = (pin, how) =>
  navigator.locks.request("pin", async () => {
    if (triedPins() >= Number(how.tries)) return false;
    localStorage.setItem(TRIED, String(triedPins() + 1));
    if ((await firstBits(pin, how)) !== Number(how.bits)) return false;
    forgetTries();
    return true;
  });

/** The reading that a form's session waits for, where no line of readings is shown.
 *  @param {HTMLElement} place */
function named({ dataset }) {
  const { nextDue, overdueAfter = "", urgentAfter = "" } = dataset;
  if (!nextDue) return undefined;
  const due = document.createElement("strong");
  Object.assign(due.dataset, { due: nextDue, overdueAfter, urgentAfter });
  return due;
}

/** The next reading of each room and what nobody was informed of; no name and no value.
 *  @param {HTMLElement} alone */
function showRooms({ dataset }) {
  const lines = findAll("[data-room]", HTMLElement).map((place) => {
    const at = (/** @type {HTMLElement} */ one) => Date.parse(one.dataset.due || "");
    const [due = named(place)] = findAll("[data-due]", HTMLElement, place).sort((a, b) => at(a) - at(b));
    const isEmergency = find("[data-emergency]", HTMLElement, place);
    return { room: place.dataset.room, due, at: due ? at(due) : 0, isEmergency };
  });
  const known = lines.filter(({ due, isEmergency }) => due || isEmergency).sort((a, b) => a.at - b.at);
  const list = mustFind("[data-lock-rooms]", HTMLElement);
  list.hidden = !known.length;
  list.replaceChildren(...known.map(({ room, due, at, isEmergency }) => {
    const line = document.createElement("li");
    line.append(Object.assign(document.createElement("strong"), { textContent: room || dataset.wordsNoRoom }), " ");
    if (isEmergency) {
      const className = "state state-emergency";
      line.append(Object.assign(document.createElement("span"), { className, textContent: dataset.wordsEmergency }), " ");
    }
    if (due) line.append(`${fillIn(dataset.wordsDue, { time: siteTime(at) })}, `, due.cloneNode());
    return line;
  }));
  showTimes();
}

/** What keeps the page closed whatever the PIN, if anything does.
 *  @param {HTMLElement} alone @param {HTMLFormElement} form */
function whyClosed({ dataset }, form) {
  if (serverNow() >= Date.parse(form.dataset.ends || "")) return dataset.wordsOver || "";
  return triedPins() >= Number(form.dataset.tries) ? dataset.wordsClosed || "" : "";
}

/** @param {HTMLElement} alone @param {HTMLFormElement} form */
function showForm(alone, form) {
  const words = whyClosed(alone, form);
  form.hidden = Boolean(words);
  mustFind("[data-lock-closed]", HTMLElement, alone).textContent = words;
}

/** @param {HTMLElement} alone @param {HTMLFormElement} form @param {() => void} open */
function startForm(alone, form, open) {
  let isBusy = false;
  const pad = mustFind("[data-pin-pad]", HTMLElement, form);
  const { input, clear } = startPad(pad, tryPin, () => isBusy);
  /** @param {string} pin */
  async function tryPin(pin) {
    isBusy = true;
    const isOpened = !whyClosed(alone, form) && (await isRight(pin, form.dataset).catch(() => false));
    isBusy = false;
    clear();
    if (isOpened) open();
    else {
      const count = Number(form.dataset.tries) - triedPins();
      mustFind("[data-pin-error]", HTMLElement, form).textContent = fillIn(alone.dataset.wordsWrong, { count });
      showForm(alone, form);
      input.focus({ preventScroll: true });
    }
  }
  form.addEventListener("submit", (event) => event.preventDefault());
  form.dataset.isStarted = "";
}

/** The lock screen says that the server is asked. */
export function hideAlone() {
  mustFind("[data-lock-asks]", HTMLElement).hidden = false;
  mustFind("[data-lock-alone]", HTMLElement).hidden = true;
}

/** The lock screen says that there is no contact. @param {() => void} open is called with the PIN */
export function showAlone(open) {
  const alone = mustFind("[data-lock-alone]", HTMLElement);
  mustFind("[data-lock-asks]", HTMLElement).hidden = true;
  const isNew = alone.hidden;
  if (isNew) showRooms(alone);
  alone.hidden = false;
  const form = find("[data-pin-here]", HTMLFormElement, alone);
  if (!form) return;
  if (!("isStarted" in form.dataset)) startForm(alone, form, open);
  showForm(alone, form);
  // A keyboard types at once.
  if (isNew) find("input", HTMLInputElement, form)?.focus({ preventScroll: true });
}
