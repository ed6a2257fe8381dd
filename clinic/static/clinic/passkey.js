// Passkeys: asks the browser for one, and hands its answer to a form as JSON. Nothing is decided
// here: the server made the challenge, and checks the answer.
import { field, findAll, mustFind } from "./page.js";

/** @typedef {{publicKey: PublicKeyCredentialRequestOptionsJSON}} Request as the server made it */
/** @typedef {{publicKey: PublicKeyCredentialCreationOptionsJSON}} Creation as the server made it */

/** Whether this browser can at this address: a passkey belongs to a host name, never a number. */
export function canUse() {
  const host = location.hostname;
  const isNumber = /^[\d.]+$/.test(host) || host.includes(":");
  const maker = globalThis.PublicKeyCredential;
  const isModern = maker && "parseRequestOptionsFromJSON" in maker && "toJSON" in maker.prototype;
  return !isNumber && isSecureContext && Boolean(isModern);
}

/** The credential as JSON, for the field `credential`. @param {Credential | null} credential */
const asJSON = (credential) =>
  JSON.stringify(/** @type {PublicKeyCredential} */ (credential).toJSON());

/** Asks for a passkey that this person already has. @param {Request} options */
export async function assert(options) {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options.publicKey);
  return asJSON(await navigator.credentials.get({ publicKey }));
}

/** Makes a new passkey. @param {Creation} options */
async function create(options) {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options.publicKey);
  return asJSON(await navigator.credentials.create({ publicKey }));
}

/** From the page, or asked for when they are needed. @param {HTMLFormElement} form */
async function optionsOf(form) {
  const { options, optionsFrom } = form.dataset;
  if (!optionsFrom) return JSON.parse(mustFind(`#${options}`, HTMLElement).textContent || "");
  const answer = await fetch(optionsFrom, { headers: { "X-Requested-With": "XMLHttpRequest" } });
  if (!answer.ok) throw new Error(`The server answered ${answer.status}.`);
  return (await answer.json()).request_options;
}

/** Sends the form once its field `credential` is filled. @param {HTMLFormElement} form */
function start(form) {
  const ceremony = form.dataset.passkey === "create" ? create : assert;
  const credential = field(form, "credential");
  const failed = mustFind("[data-passkey-failed]", HTMLElement, form);
  let isAsking = false;
  const ask = async () => {
    if (isAsking) return;
    isAsking = true;
    failed.hidden = true;
    try {
      credential.value = await ceremony(await optionsOf(form));
      form.requestSubmit();
    } catch {
      failed.hidden = false;
    }
    isAsking = false;
  };
  // Before `submit-once.js`, for which a form without a credential is not sent yet.
  /** @param {SubmitEvent} event */
  const hold = (event) => {
    if (credential.value) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    ask();
  };
  form.addEventListener("submit", hold, { capture: true });
  addEventListener("pageshow", () => (credential.value = ""));
}

/** Shows the parts of the page for this browser. @param {string} selector @param {boolean} isHidden */
function setHidden(selector, isHidden) {
  for (const part of findAll(selector, HTMLElement)) part.hidden = isHidden;
}

if (canUse()) {
  setHidden("[data-passkey-can]", false);
  setHidden("[data-passkey-cannot]", true);
  findAll("form[data-passkey]", HTMLFormElement).forEach(start);
}
