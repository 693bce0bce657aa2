// @ts-check
/** What calls of this studio must carry, kept by the browser for this origin alone. */

const KEY = "zerosum-studio-token";

/** @returns {string | null} */
export function token() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null; // The browser keeps nothing for anybody.
  }
}

/** Take the token out of the address, and keep it. @returns {boolean} whether there was one */
export function keepToken() {
  const given = tokenIn(location.hash);
  if (given === null) return false;
  localStorage.setItem(KEY, given);
  history.replaceState(history.state, "", location.pathname + location.search);
  return true;
}

/**
 * The token in what was typed or opened: an address, its part behind the `#`, or the token alone.
 *
 * @param {string} text
 * @returns {string | null}
 */
export function tokenIn(text) {
  const found = /(?:^|#|&)token=([\w-]+)/.exec(text) ?? /^\s*([\w-]{43,})\s*$/.exec(text);
  return found && found[1];
}

/** @param {string} text an address or a token, as it was typed */
export function enterToken(text) {
  const given = tokenIn(text);
  if (given === null) return false;
  localStorage.setItem(KEY, given);
  return true;
}
