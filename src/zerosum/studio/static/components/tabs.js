// @ts-check
// Tabs, moved through by the arrow keys.
import { html } from "../vendor/lit-html/lit-html.js";

/**
 * A row of tabs. The panel below is yours, with
 * `id="panel-KEY" role="tabpanel" aria-labelledby="tab-KEY"`.
 * @param {string} label @param {[string, unknown][]} tabs key and words
 * @param {string} selected @param {(key: string) => void} select
 */
export const tabs = (label, tabs, selected, select) => {
  /** @param {KeyboardEvent} event */
  const move = (event) => {
    const steps = { ArrowRight: 1, ArrowLeft: -1, Home: -Infinity, End: Infinity };
    if (!Object.hasOwn(steps, event.key)) return;
    event.preventDefault();
    const keys = tabs.map(([key]) => key);
    const step = steps[event.key];
    const at = keys.indexOf(selected) + step;
    const to = Number.isFinite(step)
      ? (at + keys.length) % keys.length
      : step < 0
        ? 0
        : keys.length - 1;
    const row = /** @type {Element} */ (event.currentTarget);
    select(keys[to]);
    requestAnimationFrame(() => /** @type {HTMLElement} */ (row.children[to]).focus());
  };
  return html`<div class="tabs" role="tablist" aria-label=${label} @keydown=${move}>${tabs.map(
    ([key, text]) =>
      html`<button type="button" role="tab" id="tab-${key}" aria-controls="panel-${key}"
      aria-selected=${key === selected} tabindex=${key === selected ? 0 : -1}
      @click=${() => select(key)}>${text}</button>`,
  )}</div>`;
};
