// What a script asks of the page: its elements by kind, and its sentences.

/**
 * Every element that matches and is of that kind.
 * @template {Element} T
 * @param {string} selector
 * @param {new () => T} kind such as HTMLFormElement
 * @param {ParentNode} [within]
 */
export const findAll = (selector, kind, within = document) =>
  [...within.querySelectorAll(selector)].flatMap((found) => (found instanceof kind ? [found] : []));

/**
 * The first of them, if there is one.
 * @template {Element} T
 * @param {string} selector
 * @param {new () => T} kind
 * @param {ParentNode} [within]
 */
export const find = (selector, kind, within) => findAll(selector, kind, within).at(0);

/**
 * The first of them; an error where the page's template left it out.
 * @template {Element} T
 * @param {string} selector
 * @param {new () => T} kind
 * @param {ParentNode} [within]
 */
export function mustFind(selector, kind, within) {
  const found = find(selector, kind, within);
  if (!found) throw new Error(`The page has no ${selector}.`);
  return found;
}

/**
 * A field of a form, by its name.
 * @param {HTMLFormElement} form @param {string} name
 */
export const field = (form, name) => mustFind(`[name="${name}"]`, HTMLInputElement, form);

/** How long an answer is waited for; a browser that cannot say so waits as it does.
 *  @param {number} milliseconds */
export const patience = (milliseconds) => AbortSignal.timeout?.(milliseconds);

/**
 * A sentence that the server translated, with the values in its {places}.
 * @param {string | undefined} sentence @param {Record<string, string | number>} values
 */
export const fillIn = (sentence = "", values = {}) =>
  sentence.replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
