// Whether something waits on this tablet: what every page has to know before it has asked the
// browser's database. Signing out, a clearance and a departure wait until it has arrived.
import { find, findAll } from "./page.js";

/** Where it stands: of each entry who made it, in which session, and when, in seconds. */
export const UNSENT = "unsent";

/** What other pages, and the server, are told of an entry: opaque ids and a time.
 *  @param {import("./vault.js").Entry} entry */
export const told = ({ person, address, at }) => [
  person,
  address.match(/\/sessions\/([0-9a-f-]{36})\//)?.[1] || "",
  Math.floor(at / 1000),
];

/** @returns {[string, string, number][]} */
const entries = () => JSON.parse(localStorage.getItem(UNSENT) || "[]");

const authors = () => entries().map(([person]) => person);

/** For the server, which tells whoever signs that this tablet holds more of a session. */
export const unsentHeader = () => ({
  "X-Unsent": entries()
    .filter(([, session]) => session)
    .map(([, session, at]) => `${session}=${at}`)
    .join(","),
});

/** The outbox, on a page without a form of it; a module is run once, however often it is asked for. */
function load() {
  const script = document.createElement("script");
  script.type = "module";
  script.src = document.documentElement.dataset.outbox || "";
  document.head.append(script);
}

/** Holds the form up; the bar, where it says what waits, says so (outbox-bar.js).
 *  @param {HTMLFormElement} form @param {SubmitEvent} event */
function wait(form, event) {
  const { person } = document.documentElement.dataset;
  const bar = find("[data-unsent]", HTMLElement);
  // Who goes home leaves nothing of their own behind; who signs has seen what anyone entered here.
  const whose = "waits" in form.dataset ? "all" : "own";
  if (!bar || !authors().some((author) => whose === "all" || author === person)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  bar.dataset.holdsUp = whose;
  load();
  document.dispatchEvent(new Event("unsent-holds-up"));
}

export function startUnsent() {
  for (const form of findAll("form[data-forget-drafts], form[data-waits]", HTMLFormElement)) {
    form.addEventListener("submit", (event) => wait(form, event), { capture: true });
  }
  if (authors().length) load();
  // Another tab keeps something since.
  addEventListener("storage", ({ key, newValue }) => key === UNSENT && newValue && load());
}
