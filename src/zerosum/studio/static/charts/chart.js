// @ts-check
// One chart: uPlot with our colours, thinning, shared zoom, touch and keyboard.
import uPlot from "../vendor/uplot/uPlot.esm.js";
import { short, significant } from "../components/text.js";
import { colour } from "./colours.js";
import { drawErrors } from "./errors.js";
import { followHands } from "./hands.js";
import { placeOf, smooth, thin } from "./thin.js";

/**
 * @typedef {object} Curve
 * @property {string} key
 * @property {string} label
 * @property {string} colour name of a CSS variable
 * @property {number[]} [dash]
 * @property {ArrayLike<number>} x
 * @property {ArrayLike<number>} y
 * @property {ArrayLike<number>} [error] one standard error, or deviation, to both sides
 * @property {boolean} [band] whether that is a band rather than bars
 * @property {boolean} [points] whether each value is marked
 */
/**
 * @typedef {object} Way
 * @property {boolean} log
 * @property {number} smoothing
 * @property {[number, number] | null} range
 * @property {string} [unit] of x; images by default
 */

const HEIGHT = 220;

export class Chart {
  /**
   * @param {HTMLElement} root
   * @param {{label: string, fraction?: boolean,
   *   zoom: (range: [number, number] | null) => void}} what
   *   `fraction`: the values lie between 0 and 1; `zoom` is told where the reader wants to look
   */
  constructor(root, { label, fraction = false, zoom }) {
    this.root = root;
    this.fraction = fraction;
    this.zoom = zoom;
    /** @type {Curve[]} */
    this.curves = [];
    /** @type {Way} */
    this.way = { log: false, smoothing: 0, range: null };
    /** @type {Set<string>} */
    this.hidden = new Set();
    /** @type {any} */
    this.plot = null;
    this.form = "";
    root.classList.add("chart");
    this.canvas = document.createElement("div");
    this.canvas.className = "chart-canvas uses-keys";
    this.canvas.tabIndex = 0;
    this.canvas.setAttribute("role", "group");
    this.canvas.setAttribute("aria-roledescription", "chart");
    this.canvas.setAttribute(
      "aria-label",
      `${label}. Arrow keys move the cursor, + and − zoom, 0 shows all.`,
    );
    this.legend = document.createElement("div");
    this.legend.className = "chart-legend";
    root.append(this.canvas, this.legend);
    this.resizing = new ResizeObserver(() => this.resize());
    this.resizing.observe(this.canvas);
    this.recolour = () => this.draw();
    addEventListener("theme", this.recolour);
    this.letGo = followHands(this);
  }

  end() {
    this.resizing.disconnect();
    removeEventListener("theme", this.recolour);
    this.letGo();
    this.plot?.destroy();
  }

  /** @param {Curve[]} curves @param {Way} way */
  show(curves, way) {
    this.curves = curves;
    this.way = way;
    this.draw();
  }

  get width() {
    return Math.max(100, Math.floor(this.canvas.clientWidth));
  }

  /** All that there is, in the unit of x. @returns {[number, number]} */
  get extent() {
    const ends = this.shown.filter(({ x }) => x.length).map(({ x }) => [x[0], x[x.length - 1]]);
    if (!ends.length) return [0, 1];
    const [from, to] = [Math.min(...ends.map(([a]) => a)), Math.max(...ends.map(([, b]) => b))];
    const least = this.way.unit ? 0 : 1; // Of images there are no parts.
    const air = Math.max(least, from * 0.05) || 1; // So that the ticks beside a single value differ.
    return from === to ? [from - air, to + air] : [from, to];
  }

  /** What is looked at. @returns {[number, number]} */
  get window() {
    return this.way.range ?? this.extent;
  }

  get shown() {
    return this.curves.filter(({ key }) => !this.hidden.has(key));
  }

  resize() {
    if (this.plot && this.plot.width !== this.width) this.draw();
  }

  draw() {
    if (!this.canvas.clientWidth) return;
    const curves = this.shown;
    const negative = this.way.log && curves.some(({ y }) => someNegative(y));
    const { smoothing } = this.way;
    const form = JSON.stringify([
      curves.map(({ key, colour: name, dash, x }) => [key, name, dash, x.length === 1]),
      this.way.log,
      negative,
      smoothing > 0,
      this.width,
      document.documentElement.dataset.theme,
    ]);
    const data = this.data(curves, this.way.log && !negative);
    if (form !== this.form) {
      this.form = form;
      this.plot?.destroy();
      this.plot = new uPlot(this.options(curves, negative), data, this.canvas);
      this.makeLegend();
    } else this.plot.setData(data, false);
    const [min, max] = this.window;
    this.plot.batch(() => {
      this.plot.setScale("x", { min, max });
      const range = heights([...data.slice(1), ...this.ends()], this.fraction, this.way.log);
      if (range) this.plot.setScale("y", { min: range[0], max: range[1] });
    });
    this.plot.redraw();
    this.tell();
  }

  /** The ends of the error bars that are looked at, so that they lie within the chart. */
  ends() {
    const [from, to] = this.window;
    return this.shown.flatMap(({ x, y, error }) => {
      const ends = Array.from(error ?? [], (size, place) =>
        size && x[place] >= from && x[place] <= to ? [y[place] - size, y[place] + size] : [],
      ).flat();
      return [ends.filter((end) => Number.isFinite(end) && !(this.way.log && end <= 0))];
    });
  }

  /** What has error bars is shown as it was measured. @param {Curve} curve */
  smooths({ error }) {
    return this.way.smoothing > 0 && !error;
  }

  /** @param {Curve[]} curves @param {boolean} positive whether only that above 0 is shown */
  data(curves, positive) {
    const [from, to] = this.window;
    const tables = curves.flatMap((curve) => {
      const raw = thin(curve, from, to, this.width);
      if (!this.smooths(curve)) return [raw];
      return [
        raw,
        thin({ x: curve.x, y: smooth(curve.y, this.way.smoothing) }, from, to, this.width),
      ];
    });
    if (positive)
      for (const [, ys] of tables)
        ys.forEach((y, place) => (ys[place] = y !== null && y > 0 ? y : null));
    if (!tables.length)
      return [
        [from, to],
        [null, null],
      ];
    return tables.length === 1 ? tables[0] : uPlot.join(tables);
  }

  /** @param {Curve[]} curves @param {boolean} negative */
  options(curves, negative) {
    const series = curves.flatMap((curve) => {
      const { label, colour: name, dash = [], points } = curve;
      const stroke = colour(name);
      const line = {
        label,
        stroke,
        dash,
        width: 1.5,
        // A single value is no line, so it is marked.
        points: { show: points || curve.x.length === 1, size: 5, fill: stroke },
      };
      if (!this.smooths(curve)) return [line];
      return [
        { ...line, width: 1, stroke: `color-mix(in srgb, ${stroke} 30%, transparent)` },
        line,
      ];
    });
    const [text, grid] = [colour("--dim"), colour("--line")];
    const font = `12px ${colour("--font")}`;
    const axis = { stroke: text, font, grid: { stroke: grid, width: 1 }, ticks: { show: false } };
    return {
      width: this.width,
      height: HEIGHT,
      padding: [10, 18, 0, 0],
      legend: { show: false },
      cursor: {
        y: false,
        drag: { x: true, y: false, setScale: false },
        points: { size: 7, width: 0 },
        bind: { dblclick: () => () => this.zoom(null) },
      },
      scales: {
        x: { time: false, auto: false },
        y: { auto: false, distr: this.way.log ? (negative ? 4 : 3) : 1 },
      },
      axes: [
        {
          ...axis,
          size: 28,
          values: (/** @type {any} */ _plot, /** @type {number[]} */ ticks) => ticks.map(brief),
        },
        {
          ...axis,
          size: 52,
          values: (/** @type {any} */ _plot, /** @type {(number | null)[]} */ ticks) =>
            ticks.map((tick) => (tick === null ? "" : brief(tick))),
        },
      ],
      series: [{}, ...(series.length ? series : [{ show: false }])],
      hooks: {
        setCursor: [() => this.tell()],
        setSelect: [(/** @type {any} */ plot) => this.takeSelection(plot)],
        draw: [(/** @type {any} */ plot) => drawErrors(this, plot)],
      },
    };
  }

  takeSelection(/** @type {any} */ plot) {
    const { left, width } = plot.select;
    if (width < 4) return;
    plot.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
    this.zoom([plot.posToVal(left, "x"), plot.posToVal(left + width, "x")]);
  }

  makeLegend() {
    // Made anew only for other curves: a key that was pressed keeps the focus.
    const keys = JSON.stringify(this.curves.map(({ key, label, dash }) => [key, label, dash]));
    if (keys === this.keys) return;
    this.keys = keys;
    this.values = new Map();
    this.place = document.createElement("span");
    this.place.className = "chart-place dim";
    const entries = this.curves.map((curve) => this.legendEntry(curve));
    this.legend.replaceChildren(...entries, this.place);
  }

  legendEntry(/** @type {Curve} */ curve) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "chart-key";
    button.setAttribute("aria-pressed", String(!this.hidden.has(curve.key)));
    button.title = "Show or hide";
    const line = document.createElement("i");
    line.style.borderTopColor = `var(${curve.colour})`;
    line.style.borderTopStyle = curve.dash?.length ? "dashed" : "solid";
    const name = document.createElement("span");
    name.textContent = curve.label;
    const value = document.createElement("b");
    this.values.set(curve.key, value);
    button.append(line, name, value);
    button.addEventListener("click", () => {
      if (!this.hidden.delete(curve.key)) this.hidden.add(curve.key);
      button.setAttribute("aria-pressed", String(!this.hidden.has(curve.key)));
      this.draw();
    });
    return button;
  }

  /** Say the values at the cursor; without one the newest. */
  tell() {
    if (!this.plot || !this.values) return;
    const { left } = this.plot.cursor;
    const at = left >= 0 ? this.plot.posToVal(left, "x") : null;
    let images = null;
    for (const { key, x, y, error } of this.curves) {
      const value = this.values.get(key);
      if (!value) continue;
      const place = at === null ? lastKnown(y) : nearest(x, at);
      const known = place >= 0 && !this.hidden.has(key) && reaches(x, at);
      if (known) images = Math.max(images ?? 0, x[place]);
      value.textContent = known ? said(y[place], error?.[place]) : "";
    }
    if (this.place) this.place.textContent = images === null ? "" : `at ${short(images)} ${this.way.unit ?? "images"}`;
  }
}

/** A tick's number: 5e−4, where a list of values has 5.00e−4. @param {number} tick */
const brief = (tick) => short(tick).replace(/\.?0*e/, "e");

/** @param {number} value @param {number} [error] */
const said = (value, error) =>
  error ? `${significant(value)} ± ${significant(error)}` : significant(value);

/**
 * Whether a curve has something at a place.
 * @param {ArrayLike<number>} x @param {number | null} at
 */
function reaches(x, at) {
  if (at === null) return x.length > 0;
  const last = x.length - 1;
  const step = (x[last] - x[0]) / Math.max(1, last);
  return at >= x[0] - step && at <= x[last] + step;
}

/** @param {ArrayLike<number>} y */
function lastKnown(y) {
  let place = y.length - 1;
  while (place > 0 && !Number.isFinite(y[place])) place -= 1;
  return place;
}

/** @param {ArrayLike<number>} x @param {number} at */
function nearest(x, at) {
  const place = placeOf(x, at);
  if (place <= 0 || place >= x.length) return Math.min(place, x.length - 1);
  return at - x[place - 1] < x[place] - at ? place - 1 : place;
}

/** @param {ArrayLike<number>} y */
function someNegative(y) {
  for (let place = 0; place < y.length; place += 1) if (y[place] < 0) return true;
  return false;
}

/** From where to where the values reach, with a little air. @returns {[number, number] | null} */
function heights(
  /** @type {any[]} */ columns,
  /** @type {boolean} */ fraction,
  /** @type {boolean} */ log,
) {
  if (fraction && !log) return [-0.02, 1.02];
  let [least, most] = [Infinity, -Infinity];
  for (const column of columns)
    for (const value of column) {
      if (value === null || value === undefined) continue;
      least = Math.min(least, value);
      most = Math.max(most, value);
    }
  if (least > most) return null;
  if (log && least > 0) return [least / 1.1, most * 1.1];
  const air = (most - least) * 0.05 || Math.abs(most) * 0.05 || 1;
  return [least - air, most + air];
}
