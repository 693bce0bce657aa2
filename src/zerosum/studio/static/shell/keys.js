// @ts-check
// Keyboard shortcuts: single keys, or two after each other ("g r"). They can be switched
// off, since who speaks to the computer presses letters by accident.

/** @typedef {{keys: string, text: string, action: () => void, group: string}} Shortcut */

const KEY = "zerosum.shortcuts";
/** @type {Set<Shortcut>} */
const shortcuts = new Set();
let first = "";
let timer = 0;

/**
 * Listen for a shortcut until the returned function is called.
 * @param {string} keys such as "/", "g r" or "ArrowLeft"
 * @param {string} text what it does
 * @param {() => void} action
 * @param {string} [group] where it works
 * @returns {() => void}
 */
export function shortcut(keys, text, action, group = "On this page") {
  const entry = { keys, text, action, group };
  shortcuts.add(entry);
  return () => shortcuts.delete(entry);
}

/** @returns {Shortcut[]} */
export const allShortcuts = () => [...shortcuts];

/** Whether shortcuts are on. */
export const shortcutsOn = () => localStorage.getItem(KEY) !== "off";

/** @param {boolean} on */
export const switchShortcuts = (on) => localStorage.setItem(KEY, on ? "on" : "off");

export function startKeys() {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (isTyping(event) || !shortcutsOn()) return;
    const action = meant(event.key);
    if (!action) return;
    event.preventDefault();
    action();
  });
}

/** @param {KeyboardEvent} event */
function isTyping(event) {
  const target = /** @type {Element} */ (event.target);
  const writes = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]";
  const uses = "[role=tab], [role=slider], .uses-keys";
  const moves = event.key.startsWith("Arrow") || event.key === " " || event.key === "Enter";
  return (
    target.closest(writes) ||
    document.querySelector("dialog[open]") ||
    (moves && target.closest(uses))
  );
}

/** @param {string} key */
function meant(key) {
  const whole = first ? `${first} ${key}` : key;
  clearTimeout(timer);
  first = "";
  const found = allShortcuts().findLast((each) => each.keys === whole);
  if (found) return found.action;
  if (allShortcuts().some((each) => each.keys.startsWith(`${key} `))) {
    first = key;
    timer = setTimeout(() => (first = ""), 1200);
  }
  return null;
}
