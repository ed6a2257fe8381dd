// The drafts on this tablet, and when they are discarded: saved, expired, or their owner signs out.
// A draft is in the tab's own storage, and encrypted in the browser's database, from which it comes
// back after a crash. It belongs to the person who typed it: no one else is shown it.
import { serverNow } from "./countdown.js";
import { findAll } from "./page.js";
import { vaultOf } from "./vault.js";

/** @typedef {{at: number, id: string, isSent: boolean, typed: [string, string][],
 *  enteredAt?: number, until?: number}} Draft `at` is the server's time of the last change, `id` names
 *  the row that the form becomes, `until` is the end of the shift in which it was typed. `enteredAt`:
 *  it was saved then, and has waited on the tablet. */
/** @typedef {{id: string, draft: Draft}} Copy its `id` is the key of the draft */

const page = document.documentElement.dataset;
const DRAFT = "draft:";
/** What the key begins with of a draft that this tab is done with, whose copy may still be there. */
const DONE = "done:";
/** When each person signed out here: what they typed before is no draft any more. */
const SIGNED_OUT = "signed-out";
/** Whether there may be a copy: a page without a form does not open the database for nothing. */
const COPIES = "drafts";

/** What the key of a draft begins with once it was discarded as expired. */
export const EXPIRED = "discarded:";

/** What the keys of one's own drafts begin with. */
export const OWN = `${DRAFT}${page.person || ""}:`;

/** @type {ReturnType<typeof vaultOf<Copy>>} */
const copies = vaultOf("drafts", "relaxed");
/** @type {Map<string, Draft | null>} what is to be written of each, the latest; null is dropped */
const unwritten = new Map();
let isWriting = false;

/** One at a time; a browser that keeps no database keeps the tab's own alone. */
async function write() {
  if (isWriting) return;
  isWriting = true;
  for (const [id, draft] of unwritten) {
    unwritten.delete(id);
    await (draft ? copies.keep({ id, draft }) : copies.drop(id)).catch(() => {});
  }
  isWriting = false;
}

/** @param {string} key @param {Draft | null} draft */
function copy(key, draft) {
  if (draft) localStorage.setItem(COPIES, "1");
  if (!localStorage.getItem(COPIES)) return;
  unwritten.set(key, draft);
  write();
}

export const draftKeys = () => Object.keys(sessionStorage).filter((key) => key.startsWith(DRAFT));

/** @param {HTMLFormElement} form of `data-draft` */
export const keyOf = (form) => OWN + form.dataset.draft;

/** @param {string} key @returns {Draft | null} */
export const readDraft = (key) => JSON.parse(sessionStorage.getItem(key) || "null");

/** @param {string} key @param {Draft} draft */
export function keepDraft(key, draft) {
  const kept = { ...draft, until: Date.parse(page.shiftEnds || "") || draft.at };
  sessionStorage.removeItem(DONE + key);
  sessionStorage.setItem(key, JSON.stringify(kept));
  copy(key, kept);
}

/** @param {string} key */
export function dropDraft(key) {
  const draft = readDraft(key);
  // The page may be left before its copy is dropped.
  if (draft) sessionStorage.setItem(DONE + key, draft.id);
  sessionStorage.removeItem(key);
  copy(key, null);
}

/** @returns {Record<string, number>} */
const signedOut = () => JSON.parse(localStorage.getItem(SIGNED_OUT) || "{}");

/** The server names what it has saved in a cookie, and the page names the cookie.
 *  @param {string} id */
const isSaved = (id) => document.cookie.split("; ").includes(`${page.draftCookie}=${id}`);

/** At the end of the shift; what was typed a moment before, once its person could sign in again.
 *  @param {string} key @param {Draft} draft */
function isExpired(key, { at, until = at }) {
  const isOver = serverNow() > Math.max(until, at + Number(page.draftLasts) * 1000);
  if (isOver) sessionStorage.setItem(EXPIRED + key, String(at));
  return isOver;
}

/** @param {string} key @param {Draft} draft */
function isOver(key, draft) {
  const owner = key.split(":")[1] || "";
  if (isSaved(draft.id) || sessionStorage.getItem(DONE + key) === draft.id) return true;
  return draft.at <= (signedOut()[owner] || 0) || isExpired(key, draft);
}

/** Brings back what was typed before the browser ended, where the tab has nothing of the kind; drops
 *  what is over, whosever it is. */
export async function recallDrafts() {
  if (!localStorage.getItem(COPIES)) return;
  const found = await copies.kept().catch(() => []);
  if (!found.length) localStorage.removeItem(COPIES);
  for (const { id: key, draft } of found) {
    if (isOver(key, draft)) await copies.drop(key).catch(() => {});
    else if (key.startsWith(OWN) && !readDraft(key)) sessionStorage.setItem(key, JSON.stringify(draft));
  }
}

function forgetOwn() {
  localStorage.setItem(SIGNED_OUT, JSON.stringify({ ...signedOut(), [page.person || ""]: serverNow() }));
  draftKeys().filter((key) => key.startsWith(OWN)).forEach(dropDraft);
}

export function startDiscarding() {
  for (const key of draftKeys()) {
    const draft = readDraft(key);
    if (!draft || isOver(key, draft)) dropDraft(key);
  }
  recallDrafts();
  for (const form of findAll("form[data-forget-drafts]", HTMLFormElement)) {
    form.addEventListener("submit", forgetOwn);
  }
}
