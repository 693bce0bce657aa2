// @ts-check
// What runs made after equally many images, side by side.
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { live } from "../vendor/lit-html/directives/live.js";
import { icon } from "../components/icons.js";
import { runFile, sharpen } from "../components/picture.js";
import { counted } from "../components/text.js";
import { button, zoomInto } from "../components/zoom.js";
import { runPath } from "../shell/router.js";
import { shelf } from "../store/runs.js";
import { stateChips } from "../pages/runs/card.js";
import { placeIn, swatch } from "./scores.js";

/** @typedef {import("../store/history.js").History} History */
/** @typedef {import("../store/history.js").Sample} Sample */

/** After how many images any of the runs drew. @param {History[]} runs @returns {number[]} */
export const momentsOf = (runs) =>
  [...new Set(runs.flatMap(({ samples }) => samples.map(({ images }) => images)))].sort(
    (a, b) => a - b,
  );

/**
 * The last that a run had drawn by then; a run that has not come so far shows its last.
 * @param {History} run @param {number} images @returns {Sample | undefined}
 */
export const sampleAt = ({ samples }, images) =>
  samples.filter((each) => each.images <= images).at(-1) ?? samples[0];

/**
 * @param {number[]} moments @param {number} at the images that are shown
 * @param {(images: number) => void} choose
 */
export function timeBar(moments, at, choose) {
  if (moments.length < 2) return nothing;
  const place = Math.max(0, moments.indexOf(at));
  const go = (/** @type {number} */ to) => choose(moments[to]);
  return html`<div class="compare-time">
    ${button("left", "Earlier pictures", () => go(place - 1), place === 0)}
    <input type="range" min="0" max=${moments.length - 1} .value=${live(String(place))}
      aria-label="Images seen" aria-valuetext="${counted(at)} images"
      @input=${(/** @type {any} */ event) => go(Number(event.target.value))}>
    ${button("right", "Later pictures", () => go(place + 1), place === moments.length - 1)}
    <output class="numbers">after ${counted(at)} images</output></div>`;
}

/**
 * @param {History[]} runs @param {import("./scores.js").Places} places @param {number} at
 * @param {(name: string) => void} leave
 */
export const runCards = (runs, places, at, leave) =>
  html`<div class="compare-runs">${runs.map((run) =>
    cardOf(run, placeIn(places, run.name), at, leave),
  )}</div>`;

/** @param {History} history @param {number} place @param {number} at @param {(name: string) => void} leave */
function cardOf(history, place, at, leave) {
  const { name } = history;
  const run = shelf.value.runs?.get(name) ?? history.summary;
  const sample = sampleAt(history, at);
  return html`<article class="card compare-run">
    ${sample ? pictureOf(history, sample) : html`<span class="compare-blank">${icon("pictures")}</span>`}
    <p class="small numbers compare-at">${
      sample
        ? html`<span class=${sample.images === at ? "" : "warn"}>after ${counted(sample.images)} images</span>`
        : html`<span class="dim">no pictures</span>`
    }</p>
    <div class="compare-name">${swatch(place)}
      <a class="grow compare-words" href=${runPath(name)} title=${name}>${name}</a>
      <button class="button quiet icon small" type="button" aria-label="Leave out ${name}"
        @click=${() => leave(name)}>${icon("close")}</button></div>
    ${
      run
        ? html`<div class="row">${stateChips(run)}
            <span class="small dim">${counted(run.images_seen)} images</span></div>`
        : html`<p class="small dim">This run is not here.</p>`
    }</article>`;
}

/** @param {History} run @param {Sample} sample */
function pictureOf({ name, samples }, sample) {
  const caption = (/** @type {number} */ place) =>
    `${name}, after ${counted(samples[place].images)} images`;
  const look = () =>
    zoomInto({
      count: samples.length,
      at: samples.indexOf(sample),
      address: (place) => runFile(name, samples[place].file),
      caption,
    });
  return html`<button class="compare-picture" type="button" title="Look closer" @click=${look}
    aria-label="Look closer at ${name}"><img src=${runFile(name, sample.file)} decoding="async"
    alt=${caption(samples.indexOf(sample))} @load=${sharpen}></button>`;
}
