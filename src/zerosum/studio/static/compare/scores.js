// @ts-check
// Scores side by side, a table for each protocol: unlike ones are never in one table.
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { counted, short, withError } from "../components/text.js";

/** @typedef {{value: number | null, error: number | null}} Value */
/** @typedef {{images: number, scores: Record<string, Value>}} Evaluation */
/** @typedef {{images: number, mean: number | null, deviation: number | null, count: number}} Mean */
/**
 * @typedef {object} Group runs that differ in their seed alone
 * @property {string} name
 * @property {Record<string, number>} seeds by run
 * @property {Record<string, Mean[]>} [scores] means by the name of the score
 */
/**
 * @typedef {object} Comparison what was scored by one protocol
 * @property {{network: Record<string, any>, real: Record<string, any>, generated: number,
 *   seed: number}} protocol
 * @property {string[]} scores
 * @property {Record<string, boolean>} lower_is_better
 * @property {Record<string, {best: Evaluation, last: Evaluation, evaluations: Evaluation[]}>} runs
 * @property {Group[]} groups
 * @property {string[]} differs from the first protocol, a line each
 */

/** The colour of a run, or of a group by its first run. @param {number} place */
export const swatch = (place) =>
  html`<i class="swatch" data-place=${place % 8}></i>`;

/** @typedef {Map<string, number>} Places whose colour a run has; its own, or that of its group */

/**
 * @param {Comparison[]} comparisons @param {Places} places of the runs, in order
 */
export const scoreTables = (comparisons, places) =>
  comparisons.map((comparison, number) =>
    tableOf(comparison, places, comparisons.length > 1 ? number + 1 : 0),
  );

/**
 * @param {Comparison} comparison @param {Places} places
 * @param {number} number 0 where it is the only one
 */
function tableOf(comparison, places, number) {
  const { scores, runs, groups, differs, lower_is_better: lower } = comparison;
  const shown = [...places.keys()].filter((name) => runs[name]);
  const label = number ? `Scores by protocol ${number}` : "Scores";
  return html`<div class="card compare-scores">
    ${number ? html`<h3>Protocol ${number}</h3>` : nothing}
    <dl class="compare-protocol small">${factsOf(comparison.protocol).map(
      ([name, value]) => html`<div><dt class="dim">${name}</dt><dd>${value}</dd></div>`,
    )}</dl>
    ${
      differs.length
        ? html`<p class="small compare-differs"><b>Not to be compared with protocol 1:</b>
          ${differs.map((line) => html`<span>${line}</span>`)}</p>`
        : nothing
    }
    <div class="table-scroll" tabindex="0" role="region" aria-label=${label}><table>
      <thead><tr><th scope="col">Run</th><th scope="col" class="numbers">Images</th>${scores.map(
        (name) => html`<th scope="col">${name}<br><span class="dim">${
          lower[name] ? "lower is better" : "higher is better"
        }</span></th>`,
      )}</tr></thead>
      <tbody>${shown.map((name) => rowOf(comparison, name, placeIn(places, name), shown))}
        ${groups.map((group) => meanRow(comparison, group, places))}</tbody></table></div>
    </div>`;
}

/** @param {Places} places @param {string} name */
export const placeIn = (places, name) => places.get(name) ?? 0;

/** How something was measured, in words. @param {Comparison["protocol"]} protocol */
function factsOf({ network, real, generated, seed }) {
  const { network: features, ...how } = network;
  const rest = Object.entries(real).filter(([name]) => !name.endsWith("identity"));
  return /** @type {[string, string][]} */ ([
    ...(features ? [["features", features]] : []),
    ...Object.entries(how).map(([name, value]) => [name, said(value)]),
    ...rest.map(([name, value]) => [name === "pictures" ? "real pictures" : name, said(value)]),
    ["generated", counted(generated)],
    ["seed", String(seed)],
  ]);
}

/** @param {any} value */
const said = (value) => (typeof value === "number" ? counted(value) : String(value));

/** @param {Comparison} comparison @param {string} name @param {number} place @param {string[]} shown */
function rowOf({ scores, runs, lower_is_better: lower }, name, place, shown) {
  const { last } = runs[name];
  return html`<tr><th scope="row"><span class="compare-name">${swatch(place)}${name}</span></th>
    <td class="numbers">${counted(last.images)}</td>
    ${scores.map((score) => {
      const value = lastOf(runs[name].evaluations, score);
      if (!value) return html`<td class="dim">–</td>`;
      const others = shown.map((each) => lastOf(runs[each].evaluations, score)?.value.value);
      const first = leads(value.value.value, others, lower[score]);
      const text = withError(value.value.value ?? NaN, value.value.error);
      return html`<td class="numbers">${first ? html`<b>${text}</b>` : text}${
        value.images === last.images ? nothing : html`<br>${dim(`at ${short(value.images)}`)}`
      }${bestOf(runs[name].evaluations, score, lower[score], value)}</td>`;
    })}</tr>`;
}

/** @param {string} text */
const dim = (text) => html`<span class="dim small">${text}</span>`;

/** @param {Evaluation[]} evaluations @param {string} score */
function lastOf(evaluations, score) {
  const found = evaluations.filter(({ scores }) => scores[score]).at(-1);
  return found && { images: found.images, value: found.scores[score] };
}

/** @param {number | null} value @param {any[]} all @param {boolean} lower */
function leads(value, all, lower) {
  const known = all.filter((each) => Number.isFinite(each));
  return known.length > 1 && value === (lower ? Math.min(...known) : Math.max(...known));
}

/**
 * The best that a run had, where that is not its last; what an untrained network has is not it.
 * @param {Evaluation[]} evaluations @param {string} score @param {boolean} lower
 * @param {{images: number, value: Value}} last
 */
function bestOf(evaluations, score, lower, last) {
  const known = evaluations.filter(
    ({ images, scores }) => images > 0 && Number.isFinite(scores[score]?.value),
  );
  const valueOf = (/** @type {Evaluation} */ each) => /** @type {number} */ (each.scores[score].value);
  const best = known.reduce(
    (a, b) => (a && valueOf(a) < valueOf(b) === lower ? a : b),
    known[0],
  );
  if (!best || valueOf(best) === last.value.value) return nothing;
  const { value, error } = best.scores[score];
  return html`<br>${dim(`best ${withError(value ?? NaN, error)}, at ${short(best.images)}`)}`;
}

/** @param {Comparison} comparison @param {Group} group @param {Places} places */
function meanRow({ scores }, group, places) {
  const runs = Object.keys(group.seeds);
  const means = scores.map((score) => group.scores?.[score]?.at(-1));
  const most = Math.max(...means.map((mean) => mean?.images ?? 0));
  const seeds = Object.values(group.seeds).join(", ");
  return html`<tr class="compare-mean"><th scope="row"><span class="compare-name">${swatch(
    placeIn(places, runs[0]),
  )}${group.name}</span>${dim(`mean of ${runs.length}, seeds ${seeds}`)}</th>
    <td class="numbers">${counted(most)}</td>
    ${means.map((mean) =>
      mean
        ? html`<td class="numbers">${withError(mean.mean ?? NaN, mean.deviation)}</td>`
        : html`<td class="dim">–</td>`,
    )}</tr>`;
}
