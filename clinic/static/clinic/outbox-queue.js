// Sends what waits on this tablet: at once, when there is contact again, and every quarter of a
// minute with longer and longer breaks. Each goes to its form's own address, and is kept until the
// server says that it has it; sent twice it is saved once. Each says who entered it, and is taken
// for no one else.
import { wasLocked } from "./lock-screen.js";
import { patience } from "./page.js";
import { told, UNSENT } from "./unsent.js";
import { drop, keep, kept } from "./vault.js";

/** @typedef {import("./vault.js").Entry} Entry */
/** @typedef {{status: number, saved?: string, page?: string}} Answer status 0: there was none */

const page = document.documentElement.dataset;
const PATIENCE = 15000;
const LONGEST = 120000;
const LOOK_AGAIN = 303;

let pause = PATIENCE;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;
/** @type {() => void} */
let onChange = () => {};
/** @type {(entry: Entry, next: string) => void} */
let onSaved = () => {};

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

/** What the server answers. @param {Entry} entry @param {string} token
 *  @param {Record<string, string>} [more] headers @returns {Promise<Answer>} */
async function post({ address, person, typed }, token, more = {}) {
  const body = new URLSearchParams([...typed, ["csrfmiddlewaretoken", token]]);
  const headers = { Accept: "application/json", "X-Entered-By": person, ...more };
  try {
    const signal = patience(PATIENCE);
    const answer = await fetch(address, { method: "POST", body, headers, signal, redirect: "manual" });
    if (answer.type === "opaqueredirect") return { status: LOOK_AGAIN };
    const told = answer.ok ? await answer.json() : {};
    // Another page in the place of an answer, as that of a guest network, is none.
    return answer.ok && !told.saved ? { status: 0 } : { status: answer.status, ...told };
  } catch {
    return { status: 0 };
  }
}

/** Who is signed in and where, and a fresh token; nothing where no one is.
 *  @returns {Promise<{token: string, person: string, site: string} | null>} */
async function ask() {
  // A page that was opened by a PIN here sends nothing: the server asks for the PIN first.
  if (!page.sending || wasLocked()) return null;
  const headers = { Accept: "application/json", "HX-Request": "true" };
  const answer = await fetch(page.sending, { headers, signal: patience(PATIENCE) });
  return answer.ok ? answer.json() : null;
}

/** @param {Entry} entry @param {{person: string, site: string}} who */
const isOf = (entry, who) => entry.person === who.person && entry.site === who.site;

/** Sent with the page's token, and with a fresh one where that is no good any more.
 *  @param {Entry} entry @param {HTMLInputElement} token @returns {Promise<Answer>} */
export async function send(entry, token) {
  if (wasLocked()) return { status: 0 };
  const answer = await post(entry, token.value);
  if (answer.status !== 401) return answer;
  const fresh = await ask().catch(() => null);
  if (!fresh || !isOf(entry, fresh)) return answer;
  token.value = fresh.token;
  return post(entry, fresh.token);
}

/** @param {Answer} answer */
export const isSaved = ({ status }) => status === 200 || status === 201;

/** Refused for good: a person has to look at it. @param {Answer} answer */
export const isRefusal = ({ status }) => [400, 403, 404, 409, 413, 422].includes(status);

/** @param {Answer} answer */
export const isToBeSentAgain = ({ status }) => status === 0 || status === 429 || status >= 500;

/** @param {Entry} entry @param {string} token @returns {Promise<boolean>} whether to go on */
async function sendAgain(entry, token) {
  const answer = await post(entry, token, { "X-Sent-Again": "1" });
  if (isSaved(answer)) {
    await remove(entry.id);
    onSaved(entry, answer.page || "/");
  } else if (isRefusal(answer)) await put({ ...entry, isRefused: true });
  else return false;
  return true;
}

async function sendOwn() {
  const own = (await waiting()).filter(
    (entry) => entry.person === page.person && !entry.isRefused && entry.id !== inHand.id,
  );
  const who = own.length ? await ask() : null;
  if (!who) return !own.length;
  for (const entry of own) {
    if (isOf(entry, who) && !(await sendAgain(entry, who.token))) return false;
  }
  return true;
}

/** One tab at a time. */
async function sendNow() {
  clearTimeout(timer);
  const isSent = await navigator.locks
    .request("outbox", { ifAvailable: true }, (lock) => !lock || sendOwn())
    .catch(() => false);
  pause = isSent ? PATIENCE : Math.min(2 * pause, LONGEST);
  clearTimeout(timer);
  timer = setTimeout(sendNow, pause);
  onChange();
}

/** @param {() => void} change is called whenever something may have been sent
 *  @param {(entry: Entry, next: string) => void} saved with what was saved, and the page that says so */
export function startQueue(change, saved) {
  onChange = change;
  onSaved = saved;
  addEventListener("online", sendNow);
  // Another tab keeps something, or nothing any more.
  addEventListener("storage", ({ key }) => key === UNSENT && onChange());
  return sendNow();
}
