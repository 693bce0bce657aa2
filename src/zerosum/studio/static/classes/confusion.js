// @ts-check
// What is taken for what: a square of all pairs of classes, or the pairs most often confused.
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { segments } from "../components/parts.js";
import { counted, plural } from "../components/text.js";

/** @typedef {import("./asking.js").Domain} Domain */

const LISTED = 12;

/**
 * @param {string[]} classes @param {Domain} domain
 * @param {{unit: string, choose: (unit: string) => void,
 *   open: (which: {true: number, said: number}) => void}} how
 */
export function confusion(classes, domain, { unit, choose, open }) {
  const square = domain.confusion;
  return html`<section class="card stack classes-confusion" aria-labelledby="classes-confusion">
    <div class="row apart"><h2 id="classes-confusion">${square ? "Confusion" : "Most often confused"}</h2>${
      square
        ? segments(
            "Cells",
            [
              ["counts", "Counts"],
              ["shares", "Shares"],
            ],
            unit,
            choose,
          )
        : nothing
    }</div>
    ${square ? matrix(classes, square, unit, open) : pairs(classes, domain, open)}
    <p class="small dim">${
      square
        ? "Rows are the classes, columns what they are taken for. A cell opens its pictures."
        : "A pair opens its pictures."
    }</p></section>`;
}

/**
 * @param {string[]} classes @param {number[][]} square @param {string} unit
 * @param {(which: {true: number, said: number}) => void} open
 */
function matrix(classes, square, unit, open) {
  const totals = square.map((row) => row.reduce((sum, each) => sum + each, 0));
  return html`<div class="table-scroll"><table class="classes-matrix" @keydown=${move}>
    <caption class="hidden-text">Confusion</caption>
    <thead><tr><td></td>${classes.map((name) => html`<th scope="col"><span class="clip" title=${name}>${name}</span></th>`)}</tr></thead>
    <tbody>${square.map(
      (row, label) => html`<tr><th scope="row"><span class="clip" title=${classes[label]}>${classes[label]}</span></th>${row.map(
        (count, said) => {
          const share = totals[label] ? count / totals[label] : 0;
          return html`<td class=${label === said ? "right" : ""}><button type="button"
            data-level=${Math.ceil(10 * Math.sqrt(share))} tabindex=${label + said ? -1 : 0}
            aria-disabled=${count === 0}
            aria-label="${classes[label]} taken for ${classes[said]}: ${plural(count, "picture")}"
            @click=${() => count && open({ true: label, said })}>${shown(count, share, unit)}</button></td>`;
        },
      )}</tr>`,
    )}</tbody></table></div>`;
}

/** @param {number} count @param {number} share @param {string} unit */
function shown(count, share, unit) {
  if (!count) return "";
  if (unit === "counts") return counted(count);
  return 100 * share < 9.95 ? (100 * share).toFixed(1) : Math.round(100 * share);
}

/** Arrow keys go from cell to cell. @param {KeyboardEvent} event */
function move(event) {
  const steps = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
  const cell = /** @type {HTMLElement} */ (event.target).closest("td");
  if (!cell || !Object.hasOwn(steps, event.key)) return;
  event.preventDefault();
  const rows = [.../** @type {HTMLElement} */ (event.currentTarget).querySelectorAll("tbody tr")];
  const row = rows.indexOf(/** @type {HTMLElement} */ (cell.parentElement));
  const column = [...rows[row].children].indexOf(cell);
  const [down, right] = steps[event.key];
  const to = rows[row + down]?.children[column + right]?.querySelector("button");
  if (!to) return;
  cell.querySelector("button")?.setAttribute("tabindex", "-1");
  to.setAttribute("tabindex", "0");
  to.focus();
}

/**
 * @param {string[]} classes @param {Domain} domain
 * @param {(which: {true: number, said: number}) => void} open
 */
function pairs(classes, domain, open) {
  const found = domain.confused ?? [];
  if (!found.length) return html`<p class="dim">No mistakes.</p>`;
  return html`<ul class="classes-pairs">${found.slice(0, LISTED).map(
    (pair) => html`<li><button class="button quiet" type="button" @click=${() => open(pair)}
      ><span class="clip">${classes[pair.true]}</span><span class="dim">taken for</span><span
      class="clip">${classes[pair.said]}</span><span class="numbers dim">${counted(pair.count)} ×</span></button></li>`,
  )}</ul>`;
}
