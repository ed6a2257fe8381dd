// Says on every page what is on this tablet only, for how long, and what to do about it.
import { serverNow, showTimes, siteTime } from "./countdown.js";
import { keepDraft, OWN } from "./draft-store.js";
import { isSentByItself, remove, waiting } from "./outbox-queue.js";
import { fillIn, find, mustFind } from "./page.js";

/** @typedef {import("./vault.js").Entry} Entry */

const page = document.documentElement.dataset;
const SHIFT = 12 * 60 * 60 * 1000;

/** Opens the form of an entry with what was typed: of one's own that was refused, or of a colleague
 *  who does not come back; whoever saves it then is who entered it. @param {Entry} entry */
function look({ id, at, address, typed }) {
  keepDraft(OWN + address, { at: serverNow(), id, isSent: false, typed, enteredAt: at });
  location.assign(address);
}

/** @param {HTMLElement} bar @param {Entry} entry */
function discard(bar, { id }) {
  if (confirm(bar.dataset.wordsDiscard)) remove(id);
}

/** @param {string} selector @param {unknown} isOffered @param {() => void} act */
function offer(selector, isOffered, act) {
  const button = mustFind(selector, HTMLButtonElement);
  button.hidden = !isOffered;
  button.onclick = act;
}

/** Each with its time. Whose it is says the form alone, to who may open it.
 *  @param {HTMLElement} bar @param {Entry[]} entries */
function list(bar, entries) {
  const lines = entries.map(({ label, at, zone, isRefused }) => {
    const line = document.createElement("li");
    const { wordsEntry, wordsRefusedEntry } = bar.dataset;
    line.textContent = fillIn(isRefused ? wordsRefusedEntry : wordsEntry, { what: label, time: siteTime(at, zone) });
    return line;
  });
  const shown = mustFind("[data-unsent-list]", HTMLElement);
  shown.hidden = !lines.length;
  const all = document.createElement("ul");
  all.append(...lines);
  shown.replaceChildren(all);
}

/** How many of the entries a form here waits for that someone has tried to send (unsent.js).
 *  @param {HTMLElement} bar @param {Entry[]} entries @param {Entry[]} own */
function heldUpBy({ dataset }, entries, own) {
  const count = { all: entries.length, own: own.length }[dataset.holdsUp || ""] || 0;
  if (!count) delete dataset.holdsUp;
  return count;
}

/** @param {HTMLElement} bar @param {Entry[]} entries */
function tell(bar, entries) {
  const [oldest] = entries;
  bar.hidden = !oldest;
  list(bar, entries);
  if (!oldest) return;
  const own = entries.filter((entry) => entry.person === page.person);
  const refused = own.find((entry) => entry.isRefused);
  const isHere = entries.some(isSentByItself);
  const others = own.length || isHere ? undefined : oldest;
  const { wordsWaiting, wordsElsewhere, wordsRefused, wordsOthers, wordsFirst } = bar.dataset;
  const first = heldUpBy(bar, entries, own);
  const why = refused ? wordsRefused : others ? wordsOthers : isHere ? wordsWaiting : wordsElsewhere;
  const line = mustFind("[data-unsent-words]", HTMLElement);
  const params = { count: first || entries.length, time: siteTime(oldest.at, oldest.zone) };
  const text = fillIn(first ? wordsFirst : why, params);
  if (line.textContent !== text) line.textContent = text;
  mustFind("[data-unsent-age]", HTMLElement).dataset.ago = new Date(oldest.at).toISOString();
  const told = refused || oldest;
  const isOver = refused || (others && serverNow() - told.at > SHIFT);
  offer("[data-unsent-look]", page.person && (refused || others), () => look(told));
  offer("[data-unsent-discard]", page.person && isOver, () => discard(bar, told));
  showTimes();
}

/** @returns {Promise<Entry[]>} what waits, which is what the page says now */
export async function showUnsent() {
  const bar = find("[data-unsent]", HTMLElement);
  const entries = await waiting();
  if (bar) tell(bar, entries);
  return entries;
}
