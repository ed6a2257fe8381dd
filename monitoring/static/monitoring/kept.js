// The drafts that this tab keeps, and when they are forgotten: saved, old, or their owner signs out.

const ALL = "draft:";
const OLD = 15 * 60000;

/** What the names of one's own drafts begin with. */
export const MINE = `${ALL}${document.documentElement.dataset.person || ""}:`;

/** @returns {string[]} the names of all */
export const drafts = () => Object.keys(sessionStorage).filter((key) => key.startsWith(ALL));

/** @param {(key: string) => boolean} isOver */
function forget(isOver) {
  drafts()
    .filter(isOver)
    .forEach((key) => sessionStorage.removeItem(key));
}

function forgetOld() {
  forget((key) => Date.now() - JSON.parse(sessionStorage.getItem(key)).at > OLD);
}

/** The server names the form that it has saved in a cookie. */
function forgetSaved() {
  const match = /(?:^|; )saved_draft="?([^;"]*)/.exec(document.cookie);
  if (!match) return;
  sessionStorage.removeItem(MINE + decodeURIComponent(match[1]));
  document.cookie = "saved_draft=; max-age=0; path=/; samesite=lax";
}

export function startForgetting() {
  forgetSaved();
  forgetOld();
  document.querySelectorAll("form[data-forget-drafts]").forEach((form) => {
    form.addEventListener("submit", () => forget((key) => key.startsWith(MINE)));
  });
}
