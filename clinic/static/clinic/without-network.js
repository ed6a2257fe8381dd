// A page that goes on without a network: its form for a reading is asked for while there is contact,
// kept in the memory of the page alone, and shown in its place when the server is not reached. What is
// entered there goes into the outbox. Fields, ranges and questions are those of the server's own page.
import { askServer, showTimes } from "./countdown.js";
import { field, find, findAll, mustFind } from "./page.js";
import { uuid7 } from "./uuid7.js";

const SOON = 1500;
const FORM = "form[data-outbox]";

/** The form's page, as the server made it last. @type {Document | undefined} */
let kept;
/** Scripts and styles that were fetched for it, and do nothing until it is shown. @type {string[]} */
const scripts = [];
/** @type {HTMLLinkElement[]} */
const styles = [];

const live = () => mustFind("[data-goes-on]", HTMLElement);
const place = () => mustFind("[data-goes-on-form]", HTMLElement);
const isShown = () => !place().hidden;

/** Where the form is, without what it is for. */
const address = () => live().dataset.goesOn || "";

/** @param {HTMLAnchorElement} link */
const isForm = (link) => new URL(link.href).pathname === address();

/** What was asked for and is not here yet. @type {Promise<unknown>[]} */
const onTheWay = [];

/** @param {string} rel @param {string} href */
function fetchPart(rel, href) {
  const link = document.createElement("link");
  onTheWay.push(new Promise((resolve) => (link.onload = link.onerror = resolve)));
  link.rel = rel;
  link.href = href;
  if (rel === "stylesheet") link.media = "not all";
  document.head.append(link);
  return link;
}

/** @param {Document} form */
function fetchParts(form) {
  for (const { src } of findAll("script[type=module]", HTMLScriptElement, form)) {
    if (scripts.includes(src) || find(`script[src="${new URL(src).pathname}"]`, HTMLScriptElement)) continue;
    fetchPart("modulepreload", src);
    scripts.push(src);
  }
  for (const { href } of findAll("link[rel=stylesheet]", HTMLLinkElement, form)) {
    if (!find(`link[href="${new URL(href).pathname}"], link[href="${href}"]`, HTMLLinkElement)) {
      styles.push(fetchPart("stylesheet", href));
    }
  }
}

function startParts() {
  for (const style of styles) style.media = "all";
  for (const src of scripts) {
    const script = document.createElement("script");
    script.type = "module";
    script.src = src;
    document.head.append(script);
  }
}

async function keep() {
  if (isShown() || !find(`a[href^="${address()}"]`, HTMLAnchorElement)) return;
  try {
    // The header says that no one touched the tablet.
    const answer = await fetch(address(), { headers: { "HX-Request": "true" } });
    if (!answer.ok) return;
    kept = new DOMParser().parseFromString(await answer.text(), "text/html");
    fetchParts(kept);
    await Promise.all(onTheWay);
    place().dataset.isKept = "";
  } catch {
    // The one before stays.
  }
}

/** @param {boolean} isForm */
function turn(isForm) {
  place().hidden = !isForm;
  live().hidden = isForm;
  scrollTo(0, 0);
}

/** The first time the form is laid into the page; then it is the next one, as after "Enter another".
 *  @param {HTMLAnchorElement} link */
function show(link) {
  const isNew = !find(FORM, HTMLFormElement, place());
  if (isNew) place().append(...mustFind("main .page", HTMLElement, kept).children);
  const form = mustFind(FORM, HTMLFormElement, place());
  if (!isNew) find("[data-outbox-note]:not([hidden]) [data-outbox-another]", HTMLElement, form)?.click();
  const { pathname, search } = new URL(link.href);
  form.action = form.dataset.outbox = form.dataset.draft = pathname + search;
  mustFind("h1", HTMLElement, place()).textContent = link.textContent;
  if (isNew) {
    field(form, "id").value = uuid7();
    startParts();
    form.dispatchEvent(new Event("form-shown", { bubbles: true }));
  }
  turn(true);
  showTimes();
}

/** @param {HTMLAnchorElement} link */
async function follow(link) {
  const line = mustFind("[data-goes-on-note]", HTMLElement);
  line.hidden = true;
  if (isShown() && new URL(link.href).pathname === location.pathname) turn(false);
  else if (await askServer()) location.assign(link.href);
  else if (isForm(link) && kept) show(link);
  else line.hidden = false;
}

/** @param {MouseEvent} event */
function click(event) {
  const link = event.target instanceof Element ? event.target.closest("a") : null;
  if (!link || link.origin !== location.origin || link.target || link.hash) return;
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  // Any other page is left at once while there is contact, as far as the browser knows.
  if (!isForm(link) && navigator.onLine && !isShown()) return;
  event.preventDefault();
  follow(link);
}

/** A page that is left now opens again only when there is contact. @param {BeforeUnloadEvent} event */
function hold(event) {
  if (!navigator.onLine) event.preventDefault();
}

if (find("[data-goes-on]", HTMLElement)) {
  addEventListener("beforeunload", hold);
  setTimeout(keep, SOON);
  document.body.addEventListener("htmx:afterSwap", keep);
  document.addEventListener("click", click);
  // A form that is opened after that is one's own alone (ticket.js).
  document.addEventListener("page-locked", () => {
    for (const form of kept ? findAll(FORM, HTMLFormElement, kept) : []) delete form.dataset.seal;
  });
}
