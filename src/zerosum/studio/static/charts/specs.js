// @ts-check
// Which charts there are for a run, with others laid over it.
import { dashes, playerColour } from "./colours.js";

/** @typedef {import("../store/history.js").History} History */
/** @typedef {import("../store/history.js").Evaluation} Evaluation */
/** @typedef {import("./chart.js").Curve} Curve */
/**
 * @typedef {object} Spec
 * @property {string} id
 * @property {string} title
 * @property {string} [note]
 * @property {boolean} [fraction]
 * @property {Curve[]} curves
 */

/** What is drawn of each player. */
export const WATCHED = [
  { key: "cost", title: "Costs", note: "what each player lowers" },
  { key: "accuracy", title: "Accuracies", note: "share of pictures judged right", fraction: true },
];
export const RATE = { id: "rate", title: "Throughput", note: "images/s" };

/**
 * The columns of a run's statistics that have no chart of their own.
 * @param {History} run @returns {string[]}
 */
export function otherColumns({ stats }) {
  const drawn = [...WATCHED.map(({ key }) => `.${key}`), "images", "images_per_second"];
  return [...stats.columns.keys()].filter((name) => !drawn.some((end) => name.endsWith(end)));
}

/**
 * The charts of one run, with others laid over it.
 * @param {History} run @param {Map<string, History>} others by name
 * @param {Set<string>} more columns of the statistics
 * @returns {Spec[]}
 */
export function runCharts(run, others, more) {
  const all = [run, ...others.values()];
  const costs = WATCHED.map(({ key, ...spec }) => ({
    ...spec,
    id: key,
    curves: all.flatMap((each, place) =>
      each.stats.players(key).map((player) => ({
        ...curve(each, `${player}.${key}`, place ? `${player}, ${each.name}` : player),
        colour: playerColour(player),
        dash: dashes(place),
      })),
    ),
  }));
  const rate = {
    ...RATE,
    curves: all.map((each, place) => ({
      ...curve(each, "images_per_second", place ? each.name : "images/s"),
      colour: "--c2",
      dash: dashes(place),
    })),
  };
  const scores = scoreCharts(all, (each, part, place, base) => ({
    label: [part || base, place ? each.name : ""].filter(Boolean).join(", "),
    dash: dashes(place),
  }));
  const wanted = [...more].map((column) => ({
    id: column,
    title: column.replace(".", ": "),
    curves: all.map((each, place) => ({
      ...curve(each, column, each.name),
      colour: playerColour(column.split(".")[0]),
      dash: dashes(place),
    })),
  }));
  return [...scores, ...costs, ...wanted, rate].filter(hasValues);
}

/** @param {History} run @param {string} column @param {string} label */
export const curve = (run, column, label) => ({
  key: `${run.name}/${column}`,
  label,
  colour: "--c0",
  x: run.stats.column("images"),
  y: run.stats.column(column),
});

/** @param {Spec} spec */
export const hasValues = (spec) => spec.curves.some(({ y }) => y.length > 0);

/** How something was measured, so that only like scores lie over each other.
 * @param {Evaluation} evaluation */
const protocolOf = (evaluation) => JSON.stringify(evaluation.protocol);

/** "KD-digits a2b" is a part of "KD-digits". @param {string} name */
export const parted = (name) => {
  const found = /^(.*?) (a2b|b2a)$/.exec(name);
  return found ? [found[1], found[2]] : [name, ""];
};

/**
 * A chart for each score and protocol.
 * @param {History[]} runs
 * @param {(run: History, part: string, place: number, base: string) => Partial<Curve>} look
 * @returns {Spec[]}
 */
function scoreCharts(runs, look) {
  /** @type {Map<string, Spec>} */
  const specs = new Map();
  runs.forEach((run, place) => {
    for (const [key, { name, points }] of seriesOf(run.scores)) {
      const [base, part] = parted(name);
      const id = `${base} ${key.slice(name.length)}`;
      const spec = specs.get(id) ?? { id, title: base, note: "", curves: [] };
      specs.set(id, spec);
      const looks = look(run, part, place, base);
      spec.note = noteOf(points);
      spec.curves.push({
        key: `${run.name}/${key}`,
        label: run.name,
        colour: part === "b2a" ? "--c3" : part === "a2b" ? "--c2" : "--c4",
        points: true,
        x: Float64Array.from(points, ({ images }) => images),
        y: Float64Array.from(points, ({ scored }) => scored.value ?? NaN),
        error: Float64Array.from(points, ({ scored }) => scored.error ?? 0),
        ...looks,
      });
    }
  });
  return numbered([...specs.values()]);
}

/** @param {{scored: any, evaluation: Evaluation}[]} points */
function noteOf(points) {
  const { scored, evaluation } = points[0];
  const count = evaluation.protocol?.generated;
  const better = scored.lower_is_better ? "lower is better" : "higher is better";
  return count ? `${better} · ${count.toLocaleString("en")} pictures` : better;
}

/** Charts of one score that was measured in more than one way say so. @param {Spec[]} specs */
function numbered(specs) {
  return specs.map((spec) => {
    const same = specs.filter(({ title }) => title === spec.title);
    if (same.length < 2) return spec;
    return { ...spec, title: `${spec.title} (way ${same.indexOf(spec) + 1} of measuring)` };
  });
}

/** @typedef {{images: number, scored: any, evaluation: Evaluation}} Point */

/**
 * The values of each score under each protocol, over the images seen.
 * @param {Evaluation[]} evaluations
 */
function seriesOf(evaluations) {
  /** @type {Map<string, {name: string, points: Point[]}>} */
  const series = new Map();
  for (const evaluation of evaluations)
    for (const [name, scored] of Object.entries(evaluation.scores ?? {})) {
      const key = `${name}${protocolOf(evaluation)}`;
      const entry = series.get(key) ?? { name, points: [] };
      series.set(key, entry);
      const images = evaluation.subject?.images;
      if (images !== undefined) entry.points.push({ images, scored, evaluation });
    }
  for (const [key, entry] of series) {
    if (!entry.points.length) series.delete(key);
    entry.points.sort((a, b) => a.images - b.images);
  }
  return series;
}
