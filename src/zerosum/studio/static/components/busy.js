// @ts-check
// Buttons that say what they are doing, until it is done.
import { toastFault } from "./toast.js";

/**
 * Do something for a button: it is busy meanwhile and cannot be pressed twice; what goes wrong is
 * said in the library's words.
 * @template T
 * @param {Event} event the press
 * @param {() => Promise<T>} action
 * @returns {Promise<T | undefined>}
 */
export async function whileBusy(event, action) {
  const button = /** @type {HTMLButtonElement} */ (event.currentTarget);
  if (button.getAttribute("aria-busy") === "true") return undefined;
  button.setAttribute("aria-busy", "true");
  try {
    return await action();
  } catch (error) {
    toastFault(error);
    return undefined;
  } finally {
    button.removeAttribute("aria-busy");
  }
}
