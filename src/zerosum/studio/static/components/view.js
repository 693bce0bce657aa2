// @ts-check
// Drawing a template again when something changed, at most once a frame.
import { render } from "../vendor/lit-html/lit-html.js";

/**
 * @param {HTMLElement} root
 * @param {() => unknown} template
 * @returns {{draw: () => void, now: () => void, end: () => void}} `draw` soon, `now` at once
 */
export function view(root, template) {
  let asked = false;
  let ended = false;
  const now = () => {
    asked = false;
    if (!ended) render(template(), root);
  };
  const draw = () => {
    if (asked || ended) return;
    asked = true;
    // Frames stand still in a hidden tab; it is drawn when it is looked at again.
    requestAnimationFrame(now);
  };
  return { draw, now, end: () => (ended = true) };
}

/** A value that can be watched. @template T */
export class Live {
  /** @param {T} value */
  constructor(value) {
    this.value = value;
    /** @type {Set<(value: T) => void>} */
    this.watchers = new Set();
  }

  /** @param {T} value */
  set(value) {
    this.value = value;
    for (const watcher of [...this.watchers]) watcher(value);
  }

  /** @param {(value: T) => void} watcher told at each change @returns {() => void} */
  watch(watcher) {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  }
}
