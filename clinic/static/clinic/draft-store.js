// The drafts in this tab, and when they are discarded: saved, expired, or their owner signs out.
import { serverNow } from "./countdown.js";
import { findAll } from "./page.js";

/** @typedef {{at: number, id: string, isSent: boolean, typed: [string, string][]}} Draft
 *  `at` is the server's time of the last change, `id` names the row that the form becomes. */

const page = document.documentElement.dataset;
const DRAFT = "draft:";

/** What the key of a draft begins with once it was discarded as expired. */
export const EXPIRED = "discarded:";

/** What the keys of one's own drafts begin with. */
export const OWN = `${DRAFT}${page.person || ""}:`;

export const draftKeys = () => Object.keys(sessionStorage).filter((key) => key.startsWith(DRAFT));

/** @param {HTMLFormElement} form of `data-draft` */
export const keyOf = (form) => OWN + form.dataset.draft;

/** @param {string} key @returns {Draft | null} */
export const readDraft = (key) => JSON.parse(sessionStorage.getItem(key) || "null");

/** @param {(key: string) => boolean} isOver */
function discard(isOver) {
  for (const key of draftKeys().filter(isOver)) sessionStorage.removeItem(key);
}

/** @param {string} key */
function isExpired(key) {
  const at = readDraft(key)?.at || 0;
  const isOver = serverNow() - at > Number(page.draftLasts) * 1000;
  if (isOver) sessionStorage.setItem(EXPIRED + key, String(at));
  return isOver;
}

export function startDiscarding() {
  // The server names what it has saved in a cookie, and the page names the cookie.
  const begin = `${page.draftCookie}=`;
  const saved = document.cookie.split("; ").find((pair) => pair.startsWith(begin));
  discard((key) => saved === begin + readDraft(key)?.id || isExpired(key));
  for (const form of findAll("form[data-forget-drafts]", HTMLFormElement)) {
    form.addEventListener("submit", () => discard((key) => key.startsWith(OWN)));
  }
}
