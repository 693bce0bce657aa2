// @ts-check
// Strokes as they look on the pad.

/** @typedef {import("./drawing.js").Stroke} Stroke */
/** @typedef {{line: string, halo: string}} Inks of what is no colour of the picture */

/**
 * @param {CanvasRenderingContext2D} context @param {Stroke} stroke @param {Inks} inks
 */
export function paintStroke(context, stroke, inks) {
  if (stroke.kind === "warp") return paintWarp(context, stroke, inks);
  const size = Math.min(context.canvas.width, context.canvas.height);
  context.lineCap = context.lineJoin = "round";
  if (stroke.kind === "edge") {
    trace(context, stroke.places);
    ink(context, inks.halo, 7);
    return ink(context, inks.line, 3);
  }
  context.globalCompositeOperation = stroke.kind === "erase" ? "destination-out" : "source-over";
  trace(context, stroke.places);
  ink(context, stroke.colour, stroke.width * size);
  context.globalCompositeOperation = "source-over";
  return undefined;
}

/** @param {CanvasRenderingContext2D} context @param {import("./drawing.js").Place[]} places */
function trace(context, places) {
  const { width, height } = context.canvas;
  context.beginPath();
  context.moveTo(places[0][0] * width, places[0][1] * height);
  // A dot is a line of no length.
  for (const [x, y] of places.length > 1 ? places.slice(1) : places) context.lineTo(x * width, y * height);
}

/** @param {CanvasRenderingContext2D} context @param {string} colour @param {number} width */
function ink(context, colour, width) {
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.stroke();
}

/**
 * Where a patch was, dashed; where it is; and an arrow between.
 * @param {CanvasRenderingContext2D} context @param {import("./drawing.js").Warp} warp
 * @param {Inks} inks
 */
function paintWarp(context, { centre, end, radius }, inks) {
  const { width, height } = context.canvas;
  const [from, to] = [centre, end].map(([x, y]) => [x * width, y * height]);
  const size = radius * Math.min(width, height);
  for (const [colour, line] of /** @type {[string, number][]} */ ([[inks.halo, 6], [inks.line, 2.5]])) {
    context.setLineDash([8, 8]);
    circle(context, from, size);
    ink(context, colour, line);
    context.setLineDash([]);
    circle(context, to, size);
    ink(context, colour, line);
    arrow(context, from, to);
    ink(context, colour, line);
  }
}

/** @param {CanvasRenderingContext2D} context @param {number[]} centre @param {number} radius */
function circle(context, [x, y], radius) {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
}

/** @param {CanvasRenderingContext2D} context @param {number[]} from @param {number[]} to */
function arrow(context, [x, y], [endX, endY]) {
  const angle = Math.atan2(endY - y, endX - x);
  context.beginPath();
  context.moveTo(x, y);
  context.lineTo(endX, endY);
  if (Math.hypot(endX - x, endY - y) < 12) return;
  for (const side of [-0.5, 0.5]) {
    context.moveTo(endX, endY);
    context.lineTo(endX - 16 * Math.cos(angle + side), endY - 16 * Math.sin(angle + side));
  }
}
