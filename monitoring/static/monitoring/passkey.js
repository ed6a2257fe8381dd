// Passkeys: asks the browser for one, and hands its answer to a form as JSON. Nothing is decided
// here: the server made the challenge, and checks the answer.

/** Whether this browser can at this address: a passkey belongs to a host name, never a number. */
export function canUse() {
  const host = location.hostname;
  const isNumber = /^[\d.]+$/.test(host) || host.includes(":");
  const maker = globalThis.PublicKeyCredential;
  return Boolean(
    !isNumber && isSecureContext && maker?.parseRequestOptionsFromJSON && maker.prototype.toJSON,
  );
}

/**
 * Proves who is here with a passkey that there is.
 * @param {{publicKey: object}} options as the server gave them
 * @returns {Promise<string>} the credential as JSON, for the field `credential`
 */
export async function assert(options) {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options.publicKey);
  return JSON.stringify((await navigator.credentials.get({ publicKey })).toJSON());
}

/** Makes a new passkey. @param {{publicKey: object}} options @returns {Promise<string>} */
export async function create(options) {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options.publicKey);
  return JSON.stringify((await navigator.credentials.create({ publicKey })).toJSON());
}

/** From the page, or asked for when they are needed. @param {HTMLFormElement} form */
export async function optionsOf(form) {
  const { options, optionsFrom } = form.dataset;
  if (!optionsFrom) return JSON.parse(document.getElementById(options).textContent);
  const answer = await fetch(optionsFrom, { headers: { "X-Requested-With": "XMLHttpRequest" } });
  if (!answer.ok) throw new Error(`The server answered ${answer.status}.`);
  return (await answer.json()).request_options;
}

/** Sends the form once its field `credential` is filled. @param {HTMLFormElement} form */
function start(form) {
  const ceremony = form.dataset.passkey === "create" ? create : assert;
  const credential = form.elements.namedItem("credential");
  const failed = form.querySelector("[data-passkey-failed]");
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
  const hold = (event) => {
    if (credential.value) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    ask();
  };
  form.addEventListener("submit", hold, { capture: true });
  addEventListener("pageshow", () => (credential.value = ""));
}

if (canUse()) {
  document.querySelectorAll("[data-passkey-can]").forEach((part) => (part.hidden = false));
  document.querySelectorAll("[data-passkey-cannot]").forEach((part) => (part.hidden = true));
  document.querySelectorAll("form[data-passkey]").forEach(start);
}
