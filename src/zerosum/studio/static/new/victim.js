// @ts-check
// The classifier that a run needs: one of the reader's own runs, or one that comes with zerosum.
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { live } from "../vendor/lit-html/directives/live.js";
import { shelf } from "../store/runs.js";
import { studio } from "../store/studio.js";

/** @typedef {import("./values.js").Field} Field */

const OWN = [["digits", "digits: comes with zerosum, for pictures of digits"]];

/**
 * @param {Field} field @param {import("./filled.js").Filled} filled @param {string[]} families
 */
export function victim(field, filled, families) {
  const folder = studio.value?.runs ?? "runs";
  const runs = [...(shelf.value.runs?.values() ?? [])].filter(
    (run) => families.includes(run.family ?? "") && (run.images_seen > 0 || run.state === "finished"),
  );
  const known = [
    ...runs.map((run) => [`${folder}/${run.name}`, `${run.name}: ${run.recipe}, ${run.state}`]),
    ...OWN,
  ];
  const value = String(filled.shown(field));
  const other = known.some(([path]) => path === value) ? [] : [[value, value]];
  const error = filled.errorOf(field);
  const id = `need-${field.name.replaceAll(".", "-")}`;
  return html`<div class="new-source field"><label for=${id}>The classifier to mislead</label>
    <select id=${id} aria-describedby="${id}-help" aria-invalid=${error !== null}
      @change=${(/** @type {any} */ event) => filled.type(field, event.target.value)}>
      ${[...known, ...other].map(
        ([path, words]) => html`<option value=${path} .selected=${live(path === value)}>${words}</option>`,
      )}</select>
    <div class="help" id="${id}-help">${field.text}${
      runs.length ? nothing : html` None of your runs classifies yet: <a href="/new?goal=labels">train a classifier</a>.`
    }</div>
    <div class="error" role="alert" ?hidden=${error === null}>${error}</div></div>`;
}
