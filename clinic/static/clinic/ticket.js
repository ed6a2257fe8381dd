// What lets a colleague send what was entered here, under the name of who entered it. The server gives
// out a ticket and the key of a seal with each form. What is saved is sealed with the key, which this
// page alone has and keeps nowhere: later no one can change it, or make another. Once the screen was
// locked the key is forgotten: what is entered after that waits for its author, whom the server asks
// for the whole PIN.
import { wasLocked } from "./lock-screen.js";

/** @typedef {import("./vault.js").Entry} Entry */

/** @type {Map<HTMLFormElement, Promise<CryptoKey>>} */
const keys = new Map();

/** The fields as they are sent, each time the same. @param {[string, string][]} typed */
export const bodyOf = (typed) => new URLSearchParams(typed);

const bytes = (/** @type {string} */ text) => new TextEncoder().encode(text);

/** @param {string} key */
const imported = (key) =>
  crypto.subtle.importKey("raw", bytes(key), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);

/** Takes the key of the form's seal off the page, and answers what seals an entry of it: the ticket
 *  and the seal, or neither where the form was shown without.
 *  @param {HTMLFormElement} form */
export function sealing(form) {
  const { ticket, seal } = form.dataset;
  delete form.dataset.seal;
  if (ticket && seal && globalThis.crypto.subtle && !wasLocked()) keys.set(form, imported(seal));

  /** @param {Entry} entry @returns {Promise<{ticket?: string, seal?: string}>} */
  return async ({ address, typed }) => {
    const key = await keys.get(form);
    if (!key || wasLocked()) return {};
    const made = await crypto.subtle.sign("HMAC", key, bytes(`${address}\n${bodyOf(typed)}`));
    const hex = [...new Uint8Array(made)].map((byte) => byte.toString(16).padStart(2, "0"));
    return { ticket, seal: hex.join("") };
  };
}

document.addEventListener("page-locked", () => keys.clear());
