// @ts-check
// A picture's classes and slope, and what attack and noise make of it.
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { live } from "../vendor/lit-html/directives/live.js";
import { sharpen } from "../components/picture.js";
import { significant } from "../components/text.js";
import { bars } from "./bars.js";
import { written } from "./epsilon.js";

/** @typedef {import("./asking.js").Said} Said */
/** @typedef {import("./asking.js").Slope} Slope */
/** @typedef {import("./asking.js").Attacked} Attacked */

const CLASSES = 10;
const BESIDE = 3;

/** @param {string | undefined} address @param {string} words */
export const shownPicture = (address, words) =>
  html`<div class="attack-picture">${
    address ? html`<img src=${address} alt=${words} @load=${sharpen}>` : nothing
  }</div>`;

/**
 * @param {{said: Said | null, truth: string | null, slope: Slope | null,
 *   classes: string[], chosen: number | null, choose: (label: number | null) => void}} what
 */
export function answer({ said, truth, slope, classes, chosen, choose }) {
  // As many lines as there will be, so that nothing moves when they come.
  const blanks = Array.from({ length: Math.min(CLASSES, classes.length || CLASSES) }, (_, label) => ({
    label: -1 - label,
    name: "",
    probability: 0,
  }));
  const form = said ? `${said.height}×${said.width} ${said.channels === 1 ? "grey" : "in colour"}` : "";
  return html`<div class="attack-answer">
    <figure>${shownPicture(said?.seen, "The picture as the network sees it")}
      <figcaption class="small dim">As the network sees it${form ? `: ${form}` : ""}${
        truth === null ? nothing : html`. Its class is <b>${truth}</b>.`
      }</figcaption></figure>
    <div class="stack attack-said"><h3>Classes</h3>${bars(said?.classes ?? blanks, { most: CLASSES })}</div>
    <figure>${shownPicture(slope?.gradient, `The slope of the loss of ${slope?.name ?? ""}`)}
      <figcaption class="small dim"><label class="row attack-slope"><span>∂L/∂X of</span><select
        @change=${(/** @type {any} */ event) => choose(event.target.value === "" ? null : Number(event.target.value))}>
        <option value="" .selected=${live(chosen === null)}>what it says</option>${classes.map(
          (name, label) => html`<option value=${label} .selected=${live(label === chosen)}>${name}</option>`,
        )}</select></label>
      <span>${
        slope
          ? slope.largest > 0
            ? `L = −log p = ${significant(slope.loss)}; white raises it, black lowers it, by up to ${significant(slope.largest)}`
            : "0 everywhere: the classifier is so sure that the loss has no slope in 32 bits"
          : nothing
      }</span></figcaption></figure></div>`;
}

/**
 * Original, change and result, and below them the same with noise.
 * @param {Attacked} found @param {string} title what the attack is called @param {number | null} target
 */
export function triptych(found, title, target) {
  const { answers, factor, label } = found;
  const times = `×\u00a0${written(factor)}`;
  const marked = target ?? label;
  const cell = (/** @type {string} */ address, /** @type {string} */ words, /** @type {unknown} */ below) =>
    html`<figure>${shownPicture(address, words)}<figcaption>${below}</figcaption></figure>`;
  const said = (/** @type {"original" | "attacked" | "noise"} */ which) =>
    bars(answers[which], { most: BESIDE, marked });
  const row = (
    /** @type {string} */ name,
    /** @type {"attacked" | "noise"} */ which,
    /** @type {string} */ change,
  ) => html`<div class="attack-row" role="group" aria-label=${name}>
      ${cell(found.original, "The picture", said("original"))}<span class="attack-sign" aria-hidden="true">+</span>
      ${cell(change, `${name}: its change, magnified`, html`<span class="small dim">${name}, shown ${times}</span>`)}
      <span class="attack-sign" aria-hidden="true">=</span>${cell(found[which], `${name}: the result`, said(which))}</div>`;
  return html`<div class="attack-rows">
    ${row(title, "attacked", found.change)}
    ${row("Noise of the same size", "noise", found.noise_change)}</div>`;
}

/** What came of it, in words. @param {Attacked} found @param {string} title */
export function verdict(found, title) {
  const { fooled, kept, noise_fooled: byNoise, linf, l2 } = found;
  const sizes = `L∞ ${written(linf)} (${written(255 * linf)} of 255 levels), L2 ${written(l2)}`;
  const text = fooled
    ? `${title} misleads it${kept ? ", also as a file of 8 bits" : ", but no longer as a file of 8 bits"}`
    : `${title} does not mislead it within this size`;
  const noise = byNoise ? "so does noise of the same size" : "noise of the same size does not";
  return html`<p class="note ${fooled ? "warn" : "good"}" role="status"><b>${text}</b>${
    fooled ? `; ${noise}.` : byNoise ? ", and noise of the same size does." : "."
  } <span class="small">${sizes}.</span></p>`;
}
