// @ts-check
// The controls of a lesson, a template for each kind.
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { live } from "../vendor/lit-html/directives/live.js";
import { field } from "../components/parts.js";
import { matrix } from "./matrix.js";
import { picture } from "./picture.js";
import { points } from "./points.js";
import { placeOf, places, valueAt } from "./scale.js";

/**
 * @typedef {object} Control
 * @property {string} name
 * @property {string} option
 * @property {string} kind
 * @property {string} text
 * @property {any} default
 * @property {any[]} [choices]
 * @property {number} [minimum]
 * @property {number} [maximum]
 * @property {boolean} [whole]
 * @property {boolean} [log]
 * @property {boolean} [optional]
 */

/**
 * What the templates need to know.
 * @typedef {object} Around
 * @property {Record<string, any>} values
 * @property {Record<string, string>} errors
 * @property {string[]} runs names of my runs
 * @property {string[]} packaged names of networks
 * @property {string[]} recipes
 * @property {(name: string, value: any) => void} set
 */

/** @param {Control} control @param {Around} around */
export function control(control, around) {
  const { name, kind } = control;
  const [value, error] = [around.values[name], around.errors[name]];
  const id = `control-${name}`;
  const put = (/** @type {any} */ to) => around.set(name, to);
  const attributes = {
    id,
    described: `${id}-help ${id}-error`,
    invalid: error ? "true" : "false",
  };
  if (kind === "boolean")
    return html`<div class="field"><label class="check"><input type="checkbox" id=${id}
      .checked=${live(Boolean(value))} aria-describedby=${attributes.described}
      @change=${(/** @type {any} */ event) => put(event.target.checked)}>${label(name)}</label>
      <div class="help" id="${id}-help">${control.text}</div><div class="error" id="${id}-error"
      role="alert" ?hidden=${!error}>${error}</div></div>`;
  const draw = TEMPLATES[kind] ?? text;
  const input = draw(control, value, put, attributes, around);
  return field({ id, label: label(name), input, help: control.text, error });
}

const label = (/** @type {string} */ name) => name.replaceAll("_", " ");

/**
 * @typedef {(control: any, value: any, put: (to: any) => void, attributes: any, around: any)
 *   => unknown} Template
 */
/** @type {Record<string, Template>} */
const TEMPLATES = {
  slider,
  seed,
  choice,
  matrix,
  points,
  picture,
  run: (control, value, put, attributes, { runs }) =>
    choose(["", ...runs], value ?? "", (to) => put(to || null), attributes, {
      "": runs.length ? "none" : "none: there are no runs yet",
    }),
  recipe: (control, value, put, attributes, { recipes }) =>
    choose(["", ...recipes], value ?? "", (to) => put(to || null), attributes, { "": "none" }),
  network,
};

/** A slider, and its number beside it. */
function slider(control, value, put, { id, described, invalid }) {
  const { min, max, step } = places(control);
  const place = Number.isFinite(value) ? placeOf(control, value) : min;
  return html`<div class="learn-slider"><input type="range"
      aria-label="${label(control.name)}, slider"
      min=${min} max=${max} step=${step} .value=${live(String(place))}
      aria-valuetext=${String(value ?? "")}
      @input=${(/** @type {any} */ event) => put(valueAt(control, Number(event.target.value)))}>
    <input type="number" inputmode="decimal" id=${id} step=${control.whole ? 1 : "any"}
      aria-describedby=${described} aria-invalid=${invalid} .value=${live(String(value ?? ""))}
      @input=${(/** @type {any} */ event) => put(numberIn(event.target))}></div>`;
}

/** A seed, and dice. */
function seed(control, value, put, { id, described, invalid }) {
  return html`<div class="learn-seed"><input type="number" inputmode="numeric" step="1" id=${id}
      aria-describedby=${described} aria-invalid=${invalid} .value=${live(String(value ?? ""))}
      @input=${(/** @type {any} */ event) => put(numberIn(event.target))}>
    <button class="button icon" type="button" aria-label="Another seed" title="Another seed"
      @click=${() => put(Math.floor(Math.random() * 10000))}>${DICE}</button></div>`;
}

const DICE = html`<svg viewBox="0 0 20 20" aria-hidden="true" class="learn-dice"><path
  d="M4 3h12a1 1 0 0 1 1 1v12a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1z"/><path class="dots"
  d="M7 7h.01M13 7h.01M10 10h.01M7 13h.01M13 13h.01"/></svg>`;

/** A number as it was typed; null where it is none yet. @param {HTMLInputElement} input */
const numberIn = (input) =>
  input.value === "" || Number.isNaN(input.valueAsNumber) ? null : input.valueAsNumber;

function choice(control, value, put, attributes) {
  return choose(control.choices, value, put, attributes);
}

/**
 * @param {any[]} values @param {any} value @param {(to: any) => void} put @param {any} attributes
 * @param {Record<string, string>} [words]
 */
function choose(values, value, put, { id, described, invalid }, words = {}) {
  const all = values.includes(value) ? values : [...values, value];
  return html`<select id=${id} aria-describedby=${described} aria-invalid=${invalid}
    @change=${(/** @type {any} */ event) => put(all[event.target.selectedIndex])}>${all.map(
      (each) =>
        html`<option .selected=${live(each === value)}>${words[each] ?? String(each)}</option>`,
    )}</select>`;
}

/** A network by name, one of my runs, or whatever else the library takes. */
function network(control, value, put, attributes, { runs, packaged }) {
  const none = control.default === null ? [""] : [];
  const known = [...none, ...packaged, ...runs];
  const given = value ?? "";
  const isOther = given.includes(":"); // What has none is a run, known or not.
  const select = choose(
    [...known, OTHER],
    isOther ? OTHER : given,
    (to) => put(to === OTHER ? "torchvision:" : to || null),
    attributes,
    { "": "none", [OTHER]: "another one …" },
  );
  return html`${select}${
    isOther
      ? html`<input aria-label="Name of the network" placeholder="torchvision:NAME"
          spellcheck="false"
          autocomplete="off" .value=${live(given)}
          @change=${(/** @type {any} */ event) => put(event.target.value.trim())}>`
      : nothing
  }`;
}
const OTHER = "\u2026";

function text(control, value, put, { id, described, invalid }) {
  return html`<input id=${id} aria-describedby=${described} aria-invalid=${invalid}
    spellcheck="false" autocomplete="off"
    placeholder=${control.kind === "source" ? "folder, archive or data set" : ""}
    .value=${live(String(value ?? ""))}
    @change=${(/** @type {any} */ event) => put(event.target.value.trim() || control.default)}>`;
}
