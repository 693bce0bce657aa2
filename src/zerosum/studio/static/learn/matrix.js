// @ts-check
// A small matrix as a grid of numbers.
import { html } from "../vendor/lit-html/lit-html.js";
import { live } from "../vendor/lit-html/directives/live.js";

/** @param {string} text rows between semicolons @returns {string[][]} */
const rowsOf = (text) => text.split(";").map((row) => row.trim().split(/[\s,]+/));

const textOf = (/** @type {string[][]} */ rows) => rows.map((row) => row.join(" ")).join("; ");

export function matrix(control, value, put, { id, described, invalid }) {
  if (!value)
    return html`<button class="button small" type="button" id=${id} aria-describedby=${described}
      @click=${() => put("1 0; 0 1")}>Write a matrix</button>`;
  const rows = rowsOf(value);
  const most = control.maximum;
  const [height, width] = [rows.length, rows[0].length];
  const change =
    (/** @type {number} */ r, /** @type {number} */ c) => (/** @type {any} */ event) =>
      put(
        textOf(
          rows.map((row, i) =>
            row.map((it, j) => (i === r && j === c ? event.target.value || "0" : it)),
          ),
        ),
      );
  const size = (/** @type {number} */ high, /** @type {number} */ wide) => () =>
    put(
      textOf(
        Array.from({ length: high }, (_, i) =>
          Array.from({ length: wide }, (_, j) => rows[i]?.[j] ?? "0"),
        ),
      ),
    );
  const button = (
    /** @type {string} */ words,
    /** @type {() => void} */ act,
    /** @type {boolean} */ off,
  ) =>
    html`<button class="button small" type="button" ?disabled=${off} @click=${act}
      >${words}</button>`;
  return html`<div class="learn-matrix" role="group" aria-describedby=${described}>${rows.map(
    (row, r) =>
      html`<div class="learn-matrix-row">${row.map(
        (number, c) => html`<input type="number" step="any" id=${r + c ? `${id}-${r}-${c}` : id}
          aria-label="row ${r + 1}, column ${c + 1}" aria-invalid=${invalid}
          .value=${live(number)} @input=${change(r, c)}>`,
      )}</div>`,
  )}</div>
  <div class="row">${button("+ row", size(height + 1, width), height >= most)}${button(
    "− row",
    size(height - 1, width),
    height < 2,
  )}${button("+ column", size(height, width + 1), width >= most)}${button(
    "− column",
    size(height, width - 1),
    width < 2,
  )}${button("None", () => put(""), false)}</div>`;
}
