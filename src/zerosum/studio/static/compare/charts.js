// @ts-check
// Which charts there are for runs beside each other: a colour for each run, or for runs that
// differ in their seed alone; over images, seconds or core-hours.
import { RATE, WATCHED, curve, hasValues, parted } from "../charts/specs.js";
import { dashes, runColour } from "../charts/colours.js";
import { placeOf } from "../charts/thin.js";

/** @typedef {import("../store/history.js").History} History */
/** @typedef {import("../charts/specs.js").Spec} Spec */
/** @typedef {import("./scores.js").Comparison} Comparison */
/** @typedef {import("./scores.js").Group} Group */
/** @typedef {import("../charts/chart.js").Curve & {run: string, part?: string}} OfRun */
/** @typedef {"images" | "seconds" | "core-hours"} Axis */

/**
 * @typedef {object} How
 * @property {Axis} [axis]
 * @property {Map<string, number | null>} [cores] of each run
 * @property {Group[]} [groups] which are drawn as one
 * @property {Comparison[]} [comparisons] scores that may lie over each other
 */

/** @param {History[]} runs @param {How} [how] @returns {Spec[]} */
export function compareCharts(runs, { axis = "images", cores, groups = [], comparisons = [] } = {}) {
  const specs = [...scoreCharts(runs, comparisons), ...costCharts(runs), rateChart(runs)];
  return specs
    .map((spec) => {
      const placed = spec.curves.map((each) => {
        const run = /** @type {History} */ (runs.find(({ name }) => name === each.run));
        return { ...each, images: each.x, x: onAxis(run, each.x, axis, cores?.get(each.run)) };
      });
      const curves = byGroups(placed, groups).map(withoutGaps);
      return { ...spec, curves: curves.filter(({ x }) => x.length > 0) };
    })
    .filter(hasValues);
}

/** @param {History[]} runs @returns {(Spec & {curves: OfRun[]})[]} */
const costCharts = (runs) =>
  WATCHED.flatMap(({ key, title, note, fraction }) => {
    const players = new Set(runs.flatMap((run) => run.stats.players(key)));
    return [...players].map((player) => ({
      id: `${player}.${key}`,
      title: `${title.replace(/s$/, "").replace("Accuracie", "Accuracy")} of ${player}`,
      note,
      fraction,
      curves: runs
        .map((run, place) => ofRun(run, `${player}.${key}`, place))
        .filter(({ y }) => y.length > 0), // Not every run has that player.
    }));
  });

/** @param {History[]} runs */
const rateChart = (runs) => ({
  ...RATE,
  curves: runs.map((run, place) => ofRun(run, "images_per_second", place)),
});

/** @param {History} run @param {string} column @param {number} place @returns {OfRun} */
const ofRun = (run, column, place) => ({
  ...curve(run, column, run.name),
  colour: runColour(place),
  run: run.name,
});

/**
 * A chart for each score and protocol.
 * @param {History[]} runs @param {Comparison[]} comparisons
 * @returns {(Spec & {curves: OfRun[]})[]}
 */
function scoreCharts(runs, comparisons) {
  const several = comparisons.length > 1;
  return comparisons.flatMap((comparison, number) => {
    /** @type {Map<string, Spec & {curves: OfRun[]}>} */
    const specs = new Map();
    for (const name of comparison.scores) {
      const [base, part] = parted(name);
      const better = comparison.lower_is_better[name] ? "lower is better" : "higher is better";
      const spec = specs.get(base) ?? {
        id: `${base} ${number}`,
        title: several ? `${base}, protocol ${number + 1}` : base,
        note: `${better} · ${comparison.protocol.generated.toLocaleString("en")} pictures`,
        curves: [],
      };
      specs.set(base, spec);
      runs.forEach((run, place) => {
        const scored = scoredOf(comparison, run.name, name);
        if (scored.length) spec.curves.push(scoreCurve(run.name, part, place, scored));
      });
    }
    return [...specs.values()];
  });
}

/**
 * A score of a run after so many images; of several after equally many the last.
 * @param {Comparison} comparison @param {string} run @param {string} name
 * @returns {{images: number, value: number, error: number}[]}
 */
function scoredOf({ runs }, run, name) {
  const found = (runs[run]?.evaluations ?? [])
    .filter(({ scores }) => scores[name])
    .map(({ images, scores }) => ({
      images,
      value: scores[name].value ?? NaN,
      error: scores[name].error ?? 0,
    }));
  return found.filter(({ images }, place) => images !== found[place + 1]?.images);
}

/**
 * @param {string} run @param {string} part @param {number} place
 * @param {{images: number, value: number, error: number}[]} scored
 * @returns {OfRun}
 */
const scoreCurve = (run, part, place, scored) => ({
  key: `${run}/score/${part}`,
  run,
  part,
  label: part ? `${run}, ${part}` : run,
  colour: runColour(place),
  dash: part ? dashes(part === "b2a" ? 1 : 2) : [],
  points: true,
  x: scored.map(({ images }) => images),
  y: scored.map(({ value }) => value),
  error: scored.map(({ error }) => error),
});

/**
 * Images as seconds of training, or as core-hours: hours times processes times their threads.
 * @param {History} run @param {ArrayLike<number>} images @param {Axis} axis
 * @param {number | null} [cores]
 */
function onAxis(run, images, axis, cores) {
  if (axis === "images") return images;
  const factor = axis === "seconds" ? 1 : (cores ?? NaN) / 3600;
  const [known, seconds] = [run.stats.column("images"), run.stats.column("seconds")];
  return Float64Array.from(images, (at) => factor * between(known, seconds, at));
}

/** What a rising column is at a value of another; both begin at 0.
 * @param {ArrayLike<number>} xs @param {ArrayLike<number>} ys @param {number} at */
function between(xs, ys, at) {
  const next = placeOf(xs, at);
  if (next >= ys.length) return at === 0 ? 0 : NaN;
  if (xs[next] === at) return ys[next];
  const [from, start] = next ? [xs[next - 1], ys[next - 1]] : [0, 0];
  return start + ((at - from) / (xs[next] - from)) * (ys[next] - start);
}

/** @typedef {OfRun & {images: ArrayLike<number>}} Placed */

/** @param {Placed[]} curves @param {Group[]} groups @returns {Placed[]} */
function byGroups(curves, groups) {
  const left = new Set(curves);
  const means = groups.flatMap(({ name, seeds }) => {
    const own = curves.filter(({ run }) => Object.hasOwn(seeds, run));
    return [...new Set(own.map(({ part }) => part))].flatMap((part) => {
      const alike = own.filter((each) => each.part === part);
      const mean = alike.length > 1 ? meanOf(alike) : null;
      if (!mean?.x.length) return [];
      for (const each of alike) left.delete(each);
      const label = `${name}: mean of ${alike.length}`;
      const key = `${name}/${alike[0].key}`;
      return [{ ...alike[0], ...mean, key, label: part ? `${label}, ${part}` : label }];
    });
  });
  return [...means, ...left];
}

/**
 * The mean of curves wherever all of them have a value, with the sample standard deviation.
 * @param {Placed[]} curves over rising images
 */
export function meanOf(curves) {
  /** @type {{images: number[], x: number[], y: number[], error: number[], band: boolean}} */
  const mean = { images: [], x: [], y: [], error: [], band: true };
  const places = curves.map(() => 0);
  const [first] = curves;
  for (let start = 0; start < first.images.length; start += 1) {
    const at = first.images[start];
    curves.forEach(({ images }, run) => {
      while (places[run] < images.length && images[places[run]] < at) places[run] += 1;
    });
    if (!curves.every(({ images }, run) => images[places[run]] === at)) continue;
    const ys = curves.map(({ y }, run) => y[places[run]]);
    const middle = ys.reduce((sum, y) => sum + y, 0) / ys.length;
    const squares = ys.reduce((sum, y) => sum + (y - middle) ** 2, 0);
    mean.images.push(at);
    mean.x.push(curves.reduce((sum, { x }, run) => sum + x[places[run]], 0) / curves.length);
    mean.y.push(middle);
    mean.error.push(Math.sqrt(squares / (ys.length - 1)));
  }
  return mean;
}

/** A curve without the values whose place on the axis nobody knows. @param {Placed} curve */
function withoutGaps(curve) {
  if (!Array.prototype.some.call(curve.x, (x) => !Number.isFinite(x))) return curve;
  const kept = Array.from(curve.x, (_, place) => place).filter((place) => Number.isFinite(curve.x[place]));
  const of = (/** @type {ArrayLike<number>} */ values) => kept.map((place) => values[place]);
  const error = curve.error && of(curve.error);
  return { ...curve, images: of(curve.images), x: of(curve.x), y: of(curve.y), error };
}
