// @ts-check
// What a run has written so far, kept up to date by its events.
import { subscribe } from "../events.js";
import { Columns } from "../charts/columns.js";

/** @typedef {{file: string, images: number}} Sample */
/** @typedef {{value: number | null, error: number | null, lower_is_better: boolean}} Scored */
/**
 * @typedef {object} Evaluation a line of scores.jsonl
 * @property {{run: string, images?: number, while?: string}} subject
 * @property {Record<string, Scored>} scores
 * @property {Record<string, number>} [vitals]
 * @property {Record<string, any>} protocol
 */

/** @param {string} name @param {(event: any) => void} hear */
function follow(name, hear) {
  try {
    return subscribe(`run/${name}`, hear);
  } catch {
    return () => {}; // No run can have that name: asking for it says so.
  }
}

export class History {
  /**
   * @param {string} name of the run
   * @param {(event: Record<string, any>) => void} changed told after each event
   */
  constructor(name, changed) {
    this.name = name;
    this.stats = new Columns();
    /** @type {Evaluation[]} */
    this.scores = [];
    /** @type {Sample[]} */
    this.samples = [];
    /** @type {string[]} */
    this.alarms = [];
    /** @type {import("./runs.js").Summary | null} */
    this.summary = null;
    this.changed = changed;
    this.end = follow(name, (event) => this.hear(event));
  }

  /** @param {Record<string, any>} event */
  hear(event) {
    if (event.error) return;
    if (event.reset) {
      this.stats.forget();
      [this.scores, this.alarms] = [[], []];
    }
    if (event.all_samples || event.gone) this.samples = [];
    if (event.stats) this.stats.append(event.stats);
    if (event.scores?.length) this.scores = [...this.scores, ...event.scores];
    if (event.samples?.length) this.addSamples(event.samples);
    if (event.alarms) this.alarms = [...new Set([...this.alarms, ...event.alarms])];
    if (event.summary) this.summary = event.summary;
    this.changed(event);
  }

  /** @param {Sample[]} samples */
  addSamples(samples) {
    const known = new Map(this.samples.map((each) => [each.file, each]));
    for (const each of samples) known.set(each.file, each);
    this.samples = [...known.values()].sort((a, b) => a.images - b.images);
  }

  /**
   * What was asked for before the events came.
   * @param {{scores: Evaluation[], samples: Sample[], alarms: string[], summary: any}} detail
   */
  take(detail) {
    if (detail.scores.length > this.scores.length) this.scores = detail.scores;
    this.addSamples(detail.samples);
    this.alarms = [...new Set([...detail.alarms, ...this.alarms])];
    this.summary = detail.summary;
  }
}
