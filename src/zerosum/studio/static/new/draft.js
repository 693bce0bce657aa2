// @ts-check
// What was filled in survives a reload of the page, in this tab.

const KEY = "zerosum.new.";

/** @param {string} key @returns {Record<string, any> | null} */
export function readDraft(key) {
  try {
    const text = sessionStorage.getItem(KEY + key);
    return text === null ? null : JSON.parse(text);
  } catch {
    return null;
  }
}

/** @param {string} key @param {Record<string, any>} values */
export function keepDraft(key, values) {
  try {
    if (Object.keys(values).length) sessionStorage.setItem(KEY + key, JSON.stringify(values));
    else sessionStorage.removeItem(KEY + key);
  } catch {
    return; // A browser that keeps nothing forgets drafts, and no more.
  }
}
