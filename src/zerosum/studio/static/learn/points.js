// @ts-check
// Points that are drawn in a square.
import { html } from "../vendor/lit-html/lit-html.js";
import { ref } from "../vendor/lit-html/directives/ref.js";
import { plural } from "../components/text.js";
import { drawPoints } from "/static/lessons/page.js";

/** @type {WeakMap<Element, {set: (points: [number, number][]) => void}>} */
const squares = new WeakMap();

export function points(control, value, put, { id, described }) {
  const told = value ? JSON.parse(value) : [];
  const begin = (/** @type {Element | undefined} */ square) => {
    if (!square || squares.has(square)) return;
    // What it is told at first is no change by the reader.
    let quiet = true;
    const drawn = drawPoints(/** @type {any} */ (square), control.maximum, (all) => {
      if (!quiet) put(all.length ? JSON.stringify(all) : "");
    });
    drawn.set(told);
    quiet = false;
    squares.set(square, drawn);
  };
  return html`<svg class="learn-points" viewBox="-1 -1 2 2" tabindex="0" role="application"
      id=${id} aria-describedby=${described} ${ref(begin)}
      aria-label="Square to draw points in, from -1 to 1: arrow keys move, Enter puts a point"
      ><path class="cross" d="M-.08 0h.16M0 -.08v.16"/></svg>
    <div class="row apart"><span class="dim small">${plural(told.length, "point")}</span><button
      class="button small" type="button" ?disabled=${!told.length} @click=${(
        /** @type {any} */ event,
      ) => {
        squares.get(event.target.closest(".field").querySelector("svg"))?.set([]);
      }}>Clear</button></div>`;
}
