// What is kept of a form that was saved.
import { serverNow } from "./countdown.js";
import { field, find } from "./page.js";

/** @typedef {import("./vault.js").Entry} Entry */

const page = document.documentElement.dataset;

/** @param {HTMLFormElement} form */
export const addressOf = (form) => form.dataset.outbox || "";

/** With instants, for a time of day is read by them, and how far the tablet's clock is off; with the
 *  ids of what was entered on the page before, which is no surprise to who enters the next.
 *  @param {HTMLFormElement} form @param {string[]} before @returns {Entry} */
export function entryOf(form, before) {
  const at = serverNow();
  const sent = /** @type {[string, string][]} */ ([...new FormData(form)]);
  const typed = sent.filter(([name]) => name !== "csrfmiddlewaretoken");
  typed.push(["entered_at", new Date(at).toISOString()], ["clock_offset", String(at - Date.now())]);
  typed.push(...before.map((id) => /** @type {[string, string]} */ (["known", id])));
  return {
    id: field(form, "id").value,
    person: page.person || "",
    site: page.site || "",
    zone: page.zone || "UTC",
    address: addressOf(form),
    label: find("h1", HTMLElement)?.textContent?.trim() || "",
    at,
    isRefused: false,
    typed,
  };
}
