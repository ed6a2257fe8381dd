// Signing with a passkey: the server asks for this signature alone, the browser answers, the form
// is sent with the answer. Until then nothing that was written is touched.
import { field, findAll, mustFind } from "./page.js";
import { assert, canUse } from "./passkey.js";

/** What the server asks the passkey for. @param {HTMLFormElement} form @param {string} address */
async function askedBy(form, address) {
  /** @param {string} name */
  const value = (name) => field(form, name).value;
  const answer = await fetch(address, {
    method: "POST",
    headers: { Accept: "application/json", "X-CSRFToken": value("csrfmiddlewaretoken") },
    body: new URLSearchParams({ through_seq: value("through_seq") }),
  });
  // Signed out meanwhile: what was written is a draft in the tab, and is there after coming back.
  if (answer.status === 401) location.reload();
  if (!answer.ok) throw new Error(`The server answered ${answer.status}.`);
  return answer.json();
}

/** @param {HTMLButtonElement} button */
function start(button) {
  const form = /** @type {HTMLFormElement} */ (button.form);
  const failed = mustFind("[data-sign-failed]", HTMLElement, form);
  const passkey = field(form, "passkey");
  const sign = async () => {
    failed.hidden = true;
    button.disabled = true;
    try {
      passkey.value = await assert(await askedBy(form, button.dataset.signWithPasskey || ""));
      // A browser may have filled it in by itself: one proof is sent, not two.
      field(form, "password").value = "";
      form.requestSubmit();
    } catch {
      failed.hidden = false;
    }
    button.disabled = false;
  };
  button.addEventListener("click", sign);
  addEventListener("pageshow", () => (passkey.value = ""));
  button.hidden = false;
}

if (canUse()) findAll("[data-sign-with-passkey]", HTMLButtonElement).forEach(start);
