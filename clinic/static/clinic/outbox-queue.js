// Sends what waits on this tablet: at once, when there is contact again, as the browser or the page's
// own polls have it, and every quarter of a minute with longer and longer breaks. Each goes to its
// form's own address, and is kept until the server says that it has it; sent twice it is saved once.
// Each says who entered it, and is taken for no one else. What a colleague entered goes with its ticket
// (ticket.js), or waits for them.
import { wasLocked } from "./lock-screen.js";
import { isRefusal, isSaved, PATIENCE, post } from "./outbox-answers.js";
import { ask, contact } from "./outbox-contact.js";
import { told, UNSENT } from "./unsent.js";
import { drop, keep, kept } from "./vault.js";

/** @typedef {import("./vault.js").Entry} Entry */
/** @typedef {import("./outbox-answers.js").Answer} Answer */

const page = document.documentElement.dataset;
const LONGEST = 120000;

let pause = PATIENCE;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;
/** @type {() => void} */
let onChange = () => {};
/** @type {(entry: Entry, next: string) => void} */
let onSaved = () => {};

/** What keeps the server from taking an entry, as it said when that was sent last.
 *  @type {Map<string, string>} */
const held = new Map();

/** @param {string} id of an entry that waits @returns {string} in words; often none */
export const heldBy = (id) => held.get(id) || "";

/** What the server takes from its author alone. @type {Set<string>} */
const forAuthor = new Set();

/** The entry that stands on this page is sent by the page. @type {{id: string}} */
export const inHand = { id: "" };

/** One change of the vault at a time, with what the other pages are told of it.
 *  @param {() => Promise<unknown>} [change] @returns {Promise<Entry[]>} what waits then */
const changed = (change = async () => {}) =>
  navigator.locks.request("unsent", async () => {
    await change();
    const found = await kept();
    if (found.length) localStorage.setItem(UNSENT, JSON.stringify(found.map(told)));
    else localStorage.removeItem(UNSENT);
    return found;
  });

/** All that waits on this tablet, the oldest first. */
export const waiting = () => changed();

/** Keeps `entry`; it is on disk when this returns. @param {Entry} entry */
export const put = (entry) => changed(() => keep(entry));

/** @param {string} id of what the server has, or a person discarded */
export async function remove(id) {
  await changed(() => drop(id));
  onChange();
}

/** @param {Entry} entry @param {{person: string, site: string}} who */
const isOf = (entry, who) => entry.person === who.person && entry.site === who.site;

/** Whether `entry` goes by itself while this page is open: one's own, or a colleague's with its ticket.
 *  @param {Entry} entry */
export function isSentByItself({ id, person, site, ticket, isRefused }) {
  if (!page.person || site !== page.site || isRefused) return false;
  return person === page.person || (Boolean(ticket) && !forAuthor.has(id));
}

/** @param {Entry} entry @param {string} token @param {Record<string, string>} [more] headers */
async function sendOnce(entry, token, more) {
  const answer = await post(entry, token, more);
  held.set(entry.id, answer.because || "");
  return answer;
}

/** Sent with the page's token, and with a fresh one where that is no good any more.
 *  @param {Entry} entry @param {HTMLInputElement} token @returns {Promise<Answer>} */
export async function send(entry, token) {
  if (wasLocked()) return { status: 0 };
  const answer = await sendOnce(entry, token.value);
  contact.isLost = answer.status === 0;
  if (answer.status !== 401) return answer;
  const fresh = await ask().catch(() => null);
  if (!fresh || !isOf(entry, fresh)) return answer;
  token.value = fresh.token;
  return sendOnce(entry, fresh.token);
}

/** @param {Entry} entry @param {string} token @returns {Promise<boolean>} whether to go on */
async function sendAgain(entry, token) {
  const isOwn = entry.person === page.person;
  const { ticket = "", seal = "" } = entry;
  /** @type {Record<string, string>} */
  const byTicket = isOwn ? {} : { "X-Ticket": ticket, "X-Seal": seal };
  const answer = await sendOnce(entry, token, { "X-Sent-Again": "1", ...byTicket });
  if (isSaved(answer)) {
    await remove(entry.id);
    onSaved(entry, answer.page || "/");
  } else if (!isOwn && [401, 403, 404].includes(answer.status)) forAuthor.add(entry.id);
  else if (isRefusal(answer)) await put({ ...entry, isRefused: true });
  else return false;
  return true;
}

async function sendWaiting() {
  const found = (await waiting()).filter((entry) => isSentByItself(entry) && entry.id !== inHand.id);
  const who = found.length ? await ask() : null;
  if (!who) return !found.length;
  if (who.person !== page.person || who.site !== page.site) return true;
  for (const entry of found) if (!(await sendAgain(entry, who.token))) return false;
  return true;
}

/** One tab at a time, and one try: it is left to the one that goes on, if there is one.
 *  @param {LockOptions} [options] */
async function sendNow(options = { ifAvailable: true }) {
  clearTimeout(timer);
  const isSent = await navigator.locks
    .request("outbox", options, (lock) => !lock || sendWaiting())
    .catch(() => false);
  pause = isSent ? PATIENCE : Math.min(2 * pause, LONGEST);
  clearTimeout(timer);
  timer = setTimeout(() => sendNow(), pause);
  onChange();
}

/** @param {() => void} change is called whenever something may have been sent
 *  @param {(entry: Entry, next: string) => void} saved with what was saved, and the page that says so */
export function startQueue(change, saved) {
  onChange = change;
  onSaved = saved;
  // A try that goes on began without contact and fails: this one comes after it.
  addEventListener("online", () => sendNow({}));
  document.addEventListener("heard", () => contact.isLost && sendNow());
  // Another tab keeps something, or nothing any more.
  addEventListener("storage", ({ key }) => key === UNSENT && onChange());
  return sendNow();
}
