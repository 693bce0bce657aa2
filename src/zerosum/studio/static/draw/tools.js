// @ts-check
// What is drawn with: tools, brush, colours, undo.
import { html } from "../vendor/lit-html/lit-html.js";
import { live } from "../vendor/lit-html/directives/live.js";
import { icon } from "../components/icons.js";
import { segments } from "../components/parts.js";

/** @typedef {import("./pad.js").Brush} Brush */

/** @type {[string, string][]} */
const TOOLS = [
  ["colour", "Paint"],
  ["edge", "Edge"],
  ["warp", "Drag"],
  ["erase", "Erase"],
];
/** @type {[string, string][]} */
const GREYS = [
  ["#ffffff", "White"],
  ["#808080", "Grey"],
  ["#000000", "Black"],
];

/**
 * @param {Brush} brush @param {boolean} isGrey @param {() => void} changed
 * @param {unknown} beside what else stands there
 */
export function tools(brush, isGrey, changed, beside) {
  const choose = (/** @type {string} */ tool) => {
    brush.tool = /** @type {Brush["tool"]} */ (tool);
    changed();
  };
  const size = (/** @type {number} */ value) => {
    brush.width = value;
    changed();
  };
  return html`<div class="draw-tools">${segments("Tool", TOOLS, brush.tool, choose)}
    ${colours(brush, isGrey, changed)}
    ${slider({ id: "draw-size", label: "Brush", value: brush.width, least: 0.02, most: 0.5, set: size })}
    ${beside}</div>`;
}

/** @param {Brush} brush @param {boolean} isGrey @param {() => void} changed */
function colours(brush, isGrey, changed) {
  const set = (/** @type {string} */ colour) => {
    brush.colour = colour;
    brush.tool = "colour";
    changed();
  };
  if (isGrey) return segments("Colour", GREYS, brush.colour, set);
  return html`<label class="draw-colour"><span class="small">Colour</span><input type="color"
    .value=${live(brush.colour)} @input=${(/** @type {any} */ event) => set(event.target.value)}></label>`;
}

/**
 * @param {import("./drawing.js").Drawing} drawing
 * @param {(what: "undo" | "redo" | "clear") => void} change
 */
export const history = (drawing, change) => html`<div class="row draw-history">
  <button class="button" type="button" ?disabled=${!drawing.past.length} @click=${() => change("undo")}
    >${icon("left")}<span>Undo</span></button>
  <button class="button" type="button" ?disabled=${!drawing.future.length} @click=${() => change("redo")}
    ><span>Redo</span>${icon("right")}</button>
  <button class="button" type="button" ?disabled=${!drawing.strokes.length} @click=${() => change("clear")}
    >${icon("trash")}<span>Clear</span></button></div>`;

/**
 * A share, by a slider.
 * @param {{id: string, label: string, value: number, least?: number, most?: number,
 *   set: (value: number) => void}} what
 */
export const slider = ({ id, label, value, least = 0, most = 1, set }) => html`<div class="draw-slider">
  <label class="small" for=${id}>${label}</label><output class="small numbers dim" for=${id}>${Math.round(
    100 * value,
  )} %</output><input type="range" id=${id} min=${least} max=${most} step="0.01" .value=${live(String(value))}
    @input=${(/** @type {any} */ event) => set(Number(event.target.value))}></div>`;
