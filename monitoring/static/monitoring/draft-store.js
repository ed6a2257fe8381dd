// The drafts that this tab keeps, and when they are forgotten: saved, old, or their owner signs out.
import { serverNow } from "./countdown.js";

const page = document.documentElement.dataset;
const ALL = "draft:";
export const TOO_OLD = "discarded:";

/** What the names of one's own drafts begin with. */
export const MINE = `${ALL}${page.person || ""}:`;

export const drafts = () => Object.keys(sessionStorage).filter((key) => key.startsWith(ALL));

export const draftOf = (key) => JSON.parse(sessionStorage.getItem(key));

/** @param {(key: string) => boolean} isOver */
function forget(isOver) {
  drafts()
    .filter(isOver)
    .forEach((key) => sessionStorage.removeItem(key));
}

function isOld(key) {
  const { at } = draftOf(key);
  const isOver = serverNow() - at > page.draftLasts * 1000;
  if (isOver) sessionStorage.setItem(TOO_OLD + key, at);
  return isOver;
}

export function startForgetting() {
  // The server names what it has saved in a cookie, and the page names the cookie.
  const begin = `${page.draftCookie}=`;
  const saved = document.cookie.split("; ").find((pair) => pair.startsWith(begin));
  forget((key) => saved === begin + draftOf(key).id || isOld(key));
  document.querySelectorAll("form[data-forget-drafts]").forEach((form) => {
    form.addEventListener("submit", () => forget((key) => key.startsWith(MINE)));
  });
}
