// @ts-check
// Small parts of the page of classes.
import { html, nothing, svg } from "../vendor/lit-html/lit-html.js";
import { icon } from "../components/icons.js";
import { counted, withError } from "../components/text.js";
import { PAGE } from "./asking.js";

/** @typedef {import("./asking.js").Classified} Classified */

/** 96.2 ± 0.9 % @param {number} value @param {number} [error] */
export const percent = (value, error) =>
  `${error === undefined ? (100 * value).toFixed(1) : withError(100 * value, 100 * error)} %`;

/** A share as a bar, with one standard error to both sides. @param {number} value @param {number} [error] */
export function shareBar(value, error) {
  const [low, high] = [value - (error ?? 0), value + (error ?? 0)].map(
    (each) => 100 * Math.max(0, Math.min(1, each)),
  );
  return html`<svg class="share-bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"
    ><rect class="track" width="100" height="10"/><rect class="bar" width=${100 * value} height="10"/>${
      error === undefined
        ? nothing
        : svg`<path class="whisker" d="M${low} 2V8M${low} 5H${high}M${high} 2V8"/>`
    }</svg>`;
}

/**
 * One picture with what the classifier says of it.
 * @param {Classified} picture @param {string[]} classes @param {unknown} [more] below its name
 */
export function answer(picture, classes, more) {
  const { true: label, said } = picture;
  const isRight = label === said;
  return html`<div class="classes-answer">
    <img class="pixelated" src=${picture.url} alt="Picture ${picture.number}">
    <div class="stack">
      <p class="classes-verdict">${
        label === null
          ? html`Taken for <b>${classes[said]}</b>`
          : isRight
            ? html`<b>${classes[label]}</b>, and taken for that`
            : html`<b>${classes[label]}</b>, taken for <b class="bad">${classes[said]}</b>`
      }</p>${more ?? nothing}
      <table class="classes-probable"><caption class="hidden-text">Probabilities</caption><tbody>${picture.probable.map(
        ([each, chance]) => html`<tr><th scope="row" class="clip ${each === label ? "good" : ""}" title=${classes[each]}
          >${classes[each]}</th><td>${shareBar(chance)}</td><td class="numbers">${percent(chance)}</td></tr>`,
      )}</tbody></table>
    </div></div>`;
}

/**
 * From page to page.
 * @param {number} start @param {number} total @param {(start: number) => void} go
 * @param {string} what such as "mistakes"
 */
export function pager(start, total, go, what) {
  if (total <= PAGE) return nothing;
  const end = Math.min(total, start + PAGE);
  return html`<nav class="row classes-pager" aria-label="Pages of ${what}">
    <button class="button icon" type="button" aria-label="Page before" ?disabled=${start === 0}
      @click=${() => go(Math.max(0, start - PAGE))}>${icon("left")}</button>
    <span class="numbers small" role="status">${counted(start + 1)} to ${counted(end)} of ${counted(total)}</span>
    <button class="button icon" type="button" aria-label="Page after" ?disabled=${end >= total}
      @click=${() => go(start + PAGE)}>${icon("right")}</button></nav>`;
}

/**
 * A choice of a class, or of all.
 * @param {string} label @param {string[]} classes @param {number | null} value
 * @param {(value: number | null) => void} choose
 */
export const classChoice = (label, classes, value, choose) =>
  html`<label class="field"><span class="label">${label}</span><select
    @change=${(/** @type {any} */ event) =>
      choose(event.target.value === "" ? null : Number(event.target.value))}
    ><option value="" .selected=${value === null}>all</option>${classes.map(
      (name, each) => html`<option value=${each} .selected=${value === each}>${name}</option>`,
    )}</select></label>`;
