// Asks the server who is signed in, before anything is sent again; and keeps whether it answered.
import { wasLocked } from "./lock-screen.js";
import { PATIENCE } from "./outbox-answers.js";
import { patience } from "./page.js";

/** `isLost`: the server did not answer when it was asked last, so that its next answer to anything is
 *  contact again. One that answers and cannot save is left its breaks. */
export const contact = { isLost: false };

/** Who is signed in and where, and a fresh token; nothing where no one is.
 *  @returns {Promise<{token: string, person: string, site: string} | null>} */
export async function ask() {
  const { sending } = document.documentElement.dataset;
  // A page that was opened by a PIN here sends nothing: the server asks for the PIN first.
  if (!sending || wasLocked()) return null;
  const headers = { Accept: "application/json", "HX-Request": "true" };
  contact.isLost = true;
  const answer = await fetch(sending, { headers, signal: patience(PATIENCE) });
  contact.isLost = answer.status >= 500;
  return answer.ok ? answer.json() : null;
}
