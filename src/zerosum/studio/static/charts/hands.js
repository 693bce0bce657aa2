// @ts-check
// Charts by touch and by keyboard: one finger moves along, two zoom, so do the keys.

/** @typedef {import("./chart.js").Chart} Chart */

/** @param {Chart} chart @returns {() => void} */
export function followHands(chart) {
  const { canvas } = chart;
  /** @type {Map<number, number>} */
  const fingers = new Map();
  const down = (/** @type {PointerEvent} */ event) => {
    if (event.pointerType === "mouse") return;
    fingers.set(event.pointerId, event.clientX);
    putCursor(chart, event.clientX);
  };
  const move = (/** @type {PointerEvent} */ event) => {
    if (!fingers.has(event.pointerId)) return;
    const before = [...fingers.values()];
    fingers.set(event.pointerId, event.clientX);
    slide(chart, before, [...fingers.values()]);
  };
  const up = (/** @type {PointerEvent} */ event) => fingers.delete(event.pointerId);
  const key = (/** @type {KeyboardEvent} */ event) => press(chart, event);
  /** @type {[string, any][]} */
  const listeners = [
    ["pointerdown", down],
    ["pointermove", move],
    ["pointerup", up],
    ["pointercancel", up],
    ["keydown", key],
  ];
  for (const [name, listener] of listeners) canvas.addEventListener(name, listener);
  return () => listeners.forEach(([name, listener]) => canvas.removeEventListener(name, listener));
}

/**
 * Look at a stretch, within what there is.
 * @param {Chart} chart @param {number} from @param {number} to
 */
function look(chart, from, to) {
  const [least, most] = chart.extent;
  const span = Math.min(to - from, most - least);
  if (span >= (most - least) * 0.999) return chart.zoom(null);
  const start = Math.max(least, Math.min(from, most - span));
  return chart.zoom([start, start + span]);
}

/** @param {Chart} chart @param {number[]} before @param {number[]} now */
function slide(chart, before, now) {
  const [from, to] = chart.window;
  const scale = (to - from) / chart.width;
  if (now.length === 1) {
    if (!chart.way.range) return putCursor(chart, now[0]);
    const moved = (before[0] - now[0]) * scale;
    return look(chart, from + moved, to + moved);
  }
  const [apart, together] = [before, now].map((ends) => Math.max(20, Math.abs(ends[0] - ends[1])));
  const middle = (now[0] + now[1]) / 2 - chart.canvas.getBoundingClientRect().left;
  return zoomAt(chart, from + middle * scale, apart / together);
}

/** @param {Chart} chart @param {number} centre @param {number} factor below 1 is nearer */
function zoomAt(chart, centre, factor) {
  const [from, to] = chart.window;
  look(chart, centre - (centre - from) * factor, centre + (to - centre) * factor);
}

/** @param {Chart} chart @param {number} across of the window */
function putCursor(chart, across) {
  const over = chart.plot?.over;
  if (over) chart.plot.setCursor({ left: across - over.getBoundingClientRect().left, top: 0 });
}

/** @param {Chart} chart @param {KeyboardEvent} event */
function press(chart, event) {
  if (!chart.plot || event.ctrlKey || event.metaKey || event.altKey) return;
  const [from, to] = chart.window;
  const step = (event.shiftKey ? 50 : 5) * (event.key === "ArrowLeft" ? -1 : 1);
  const left = Math.max(0, chart.plot.cursor.left);
  const actions = {
    ArrowLeft: () => chart.plot.setCursor({ left: Math.max(0, left + step), top: 0 }),
    ArrowRight: () =>
      chart.plot.setCursor({ left: Math.min(chart.plot.over.clientWidth, left + step), top: 0 }),
    "+": () => zoomAt(chart, chart.plot.posToVal(left, "x"), 0.5),
    "-": () => zoomAt(chart, (from + to) / 2, 2),
    0: () => chart.zoom(null),
  };
  const action = actions[event.key === "=" ? "+" : event.key];
  if (!action) return;
  event.preventDefault();
  action();
}
