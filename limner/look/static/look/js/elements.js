// The page's elements by the kind they must be. What is missing, or is of another kind, is named where it is asked for.

/**
 * @template {Element} T
 * @typedef {{ new (): T, prototype: T }} Kind
 */

/**
 * The one that may be there, or may not.
 * @template {Element} T
 * @param {Kind<T>} kind
 * @param {string} selector
 * @param {ParentNode} [within]
 */
export function maybe(kind, selector, within = document) {
  const found = within.querySelector(selector);
  if (!found || found instanceof kind) return found;
  throw new Error(`${selector} is another kind of element than expected`);
}

/**
 * The one that has to be there.
 * @template {Element} T
 * @param {Kind<T>} kind
 * @param {string} selector
 * @param {ParentNode} [within]
 */
export function one(kind, selector, within = document) {
  const found = maybe(kind, selector, within);
  if (found) return found;
  throw new Error(`${selector} is missing`);
}

/**
 * @template {Element} T
 * @param {Kind<T>} kind
 * @param {string} selector
 * @param {ParentNode} [within]
 */
export function all(kind, selector, within = document) {
  return [...within.querySelectorAll(selector)].flatMap((found) => (found instanceof kind ? [found] : []));

}

/**
 * The element that an event came to, or what that lies in.
 * @template {Element} T
 * @param {Event} event
 * @param {Kind<T>} kind
 * @param {string} selector
 */
export function hit({ target }, kind, selector) {
  const found = target instanceof Element ? target.closest(selector) : null;
  return found instanceof kind ? found : null;
}

/**
 * What the server wrote into a `data-` attribute that has to be there.
 * @param {HTMLElement} element
 * @param {string} name
 */
export function data(element, name) {
  const found = element.dataset[name];
  if (found !== undefined) return found;
  throw new Error(`data-${name} is missing`);
}
