// @ts-check
// How sure the values of a chart are: bars at values that were measured, bands around means.
import { colour } from "./colours.js";
import { placeOf } from "./thin.js";

/** @typedef {import("./chart.js").Chart} Chart */

/** Draw them over the curves. @param {Chart} chart @param {any} plot of uPlot */
export function drawErrors(chart, plot) {
  const { ctx } = plot;
  ctx.save();
  ctx.beginPath();
  ctx.rect(plot.bbox.left, plot.bbox.top, plot.bbox.width, plot.bbox.height);
  ctx.clip();
  ctx.lineWidth = devicePixelRatio;
  for (const curve of chart.shown) {
    const ends = curve.error ? endsOf(chart, plot, curve) : [];
    ctx.strokeStyle = ctx.fillStyle = colour(curve.colour);
    ctx.beginPath();
    if (curve.band) {
      for (const [across, bottom] of ends) ctx.lineTo(across, bottom);
      for (const [across, , top] of [...ends].reverse()) ctx.lineTo(across, top);
      ctx.globalAlpha = 0.18;
      ctx.fill();
      ctx.globalAlpha = 1;
    } else {
      for (const each of ends) bar(ctx, each);
      ctx.stroke();
    }
  }
  ctx.restore();
}

/**
 * Where the errors of a curve end, in pixels, and one beyond the window to both sides.
 * @param {Chart} chart @param {any} plot @param {import("./chart.js").Curve} curve
 * @returns {[number, number, number][]}
 */
function endsOf(chart, plot, { x, y, error, band }) {
  const [from, to] = chart.window;
  const beyond = band ? 1 : 0;
  const end = Math.min(x.length, placeOf(x, to) + 1 + beyond);
  /** @type {[number, number, number][]} */
  const ends = [];
  for (let place = Math.max(0, placeOf(x, from) - beyond); place < end; place += 1) {
    const size = error?.[place] ?? 0;
    if (!Number.isFinite(y[place]) || !Number.isFinite(size) || (!size && !band)) continue;
    if (!band && x[place] > to) continue;
    const low = y[place] - size;
    const across = plot.valToPos(x[place], "x", true);
    const heights = [low > 0 || !chart.way.log ? low : y[place], y[place] + size];
    const [bottom, top] = heights.map((value) => plot.valToPos(value, "y", true));
    ends.push([band ? across : Math.round(across), bottom, top]);
  }
  return ends;
}

/** @param {any} ctx @param {[number, number, number]} ends */
function bar(ctx, [across, bottom, top]) {
  for (const height of [bottom, top]) {
    ctx.moveTo(across - 3 * devicePixelRatio, height);
    ctx.lineTo(across + 3 * devicePixelRatio, height);
  }
  ctx.moveTo(across, bottom);
  ctx.lineTo(across, top);
}
