// @ts-check
// Accuracy by class, with error bars.
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { counted, plural } from "../components/text.js";
import { segments } from "../components/parts.js";
import { percent, shareBar } from "./parts.js";

/** @typedef {import("./asking.js").Domain} Domain */
/** @typedef {import("./asking.js").Confused} Confused */

const SHOWN = 30;

/**
 * @param {string[]} classes @param {Domain} domain
 * @param {{order: string, all: boolean, reorder: (order: string) => void, showAll: () => void,
 *   open: (which: {true: number | null, said: number | null}) => void}} how
 */
export function accuracy(classes, domain, { order, all, reorder, showAll, open }) {
  const found = domain.by_class ?? [];
  const rows = found.map((each, label) => ({ each, label }));
  if (order === "worst") rows.sort((a, b) => (a.each?.value ?? 2) - (b.each?.value ?? 2));
  const shown = all ? rows : rows.slice(0, SHOWN);
  /** @type {Map<number, Confused>} */
  const most = new Map();
  for (const pair of domain.confused ?? []) if (!most.has(pair.true)) most.set(pair.true, pair);
  return html`<section class="card stack classes-accuracy" aria-labelledby="classes-accuracy">
    <div class="row apart"><h2 id="classes-accuracy">Accuracy by class</h2>${segments(
      "Order",
      [
        ["class", "In order"],
        ["worst", "Worst first"],
      ],
      order,
      reorder,
    )}</div>
    <table><caption class="hidden-text">Accuracy by class</caption><thead><tr><th scope="col">Class</th
      ><th scope="col">Found</th><th scope="col">Most often taken for</th></tr></thead>
    <tbody>${shown.map(
      ({ each, label }) => html`<tr><th scope="row"><span class="clip">${classes[label]}</span>${
        each ? html`<span class="small dim">${plural(each.pictures, "picture")}</span>` : nothing
      }</th>${
        each
          ? html`<td>${shareBar(each.value, each.error)}<span class="numbers small">${percent(each.value, each.error)}</span></td>
            <td>${wrongly(most.get(label), classes, open)}</td>`
          : html`<td class="dim small" colspan="2">no picture of it to test on</td>`
      }</tr>`,
    )}</tbody></table>
    ${
      shown.length < rows.length
        ? html`<button class="button" type="button" @click=${showAll}>All ${counted(rows.length)} classes</button>`
        : nothing
    }
    <p class="small dim">The share of a class's pictures that is found, with one standard error to both sides.</p>
  </section>`;
}

/**
 * @param {Confused | undefined} pair @param {string[]} classes
 * @param {(which: {true: number | null, said: number | null}) => void} open
 */
const wrongly = (pair, classes, open) =>
  pair
    ? html`<button class="button small quiet" type="button" @click=${() => open(pair)}
      ><span class="clip">${classes[pair.said]}</span><span class="dim numbers">${counted(pair.count)} ×</span></button>`
    : html`<span class="dim">–</span>`;
