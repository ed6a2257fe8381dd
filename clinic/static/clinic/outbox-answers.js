// One sending of an entry, and what the server answers to it.
import { patience } from "./page.js";
import { bodyOf } from "./ticket.js";

/** @typedef {import("./vault.js").Entry} Entry */
/** @typedef {{status: number, saved?: string, page?: string, because?: string}} Answer status 0: there was
 *  none; `because` is what keeps the server from saving */

export const PATIENCE = 15000;
const LOOK_AGAIN = 303;

/** What the server answers. @param {Entry} entry @param {string} token
 *  @param {Record<string, string>} [more] headers @returns {Promise<Answer>} */
export async function post({ address, person, typed }, token, more = {}) {
  const body = bodyOf(typed);
  const headers = { Accept: "application/json", "X-Entered-By": person, "X-CSRFToken": token, ...more };
  try {
    const signal = patience(PATIENCE);
    const answer = await fetch(address, { method: "POST", body, headers, signal, redirect: "manual" });
    if (answer.type === "opaqueredirect") return { status: LOOK_AGAIN };
    const told = answer.ok || answer.status === 503 ? await answer.json() : {};
    // Another page in the place of an answer, as that of a guest network, is none.
    return answer.ok && !told.saved ? { status: 0 } : { status: answer.status, ...told };
  } catch {
    return { status: 0 };
  }
}

/** @param {Answer} answer */
export const isSaved = ({ status }) => status === 200 || status === 201;

/** Refused for good: a person has to look at it. @param {Answer} answer */
export const isRefusal = ({ status }) => [400, 403, 404, 409, 413, 422].includes(status);

/** @param {Answer} answer */
export const isToBeSentAgain = ({ status }) => status === 0 || status === 429 || status >= 500;
