// @ts-check
// Classes and how probable each is.
import { html, svg } from "../vendor/lit-html/lit-html.js";

/** Letters of names that need no line of their own. */
const SHORT = 4;

/** @typedef {{label: number, name: string, probability: number}} Likely */

/**
 * The first of them, the most probable one first.
 * @param {Likely[]} classes @param {{most: number, marked?: number | null}} how `marked`: a class
 *   that is told apart, such as the one before the attack
 */
export const bars = (classes, { most, marked = null }) =>
  html`<ul class="attack-bars ${classes.some(({ name }) => name.length > SHORT) ? "long" : ""}">${classes.slice(0, most).map(
    ({ label, name, probability }) =>
      html`<li class=${label === marked ? "marked" : ""}><span class="clip" title=${name}>${name}</span>
        <svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">${svg`<rect
          width=${100 * probability} height="8"></rect>`}</svg>
        <span class="numbers">${name ? percent(probability) : ""}</span></li>`,
  )}</ul>`;

/** 99.8 %, and never 100 % of what is not. @param {number} share */
export function percent(share) {
  if (share >= 0.9995 && share < 1) return "> 99.9\u00a0%";
  if (share > 0 && share < 0.0005) return "< 0.1\u00a0%";
  return `${(100 * share).toFixed(1)}\u00a0%`;
}
