// @ts-check
// All runs, as long as the page is open: asked for once, then kept up to date by events.
import * as api from "../api.js";
import { subscribe } from "../events.js";
import { Live } from "../components/view.js";

/**
 * @typedef {object} Score
 * @property {string} name
 * @property {number} value
 * @property {number | null} error
 * @property {boolean} higher_is_better
 */

/**
 * @typedef {object} Summary
 * @property {string} name
 * @property {string | null} recipe
 * @property {string | null} family
 * @property {string} state waiting, preparing, training, stopping, stopped, finished or failed
 * @property {string | null} phase
 * @property {string | null} message
 * @property {string | null} alarm
 * @property {number} images_seen
 * @property {number | null} total_images
 * @property {number | null} images_per_second
 * @property {number | null} seconds_left
 * @property {number | null} created
 * @property {number | null} updated
 * @property {string | null} data
 * @property {[number, number, number] | null} pictures
 * @property {{file: string, images: number, changed: number} | null} sample
 * @property {Score | null} score
 * @property {[number, number][]} sparkline
 * @property {number | null} bytes
 * @property {boolean} archived
 * @property {string | null} job
 * @property {string | null} damaged
 */

/** @typedef {{runs: Map<string, Summary> | null, error: unknown}} Shelf */

export const shelf = new Live(/** @type {Shelf} */ ({ runs: null, error: null }));

/** Runs come by events before or after the whole list: whichever is newer counts. */
let heard = new Map();
let started = false;

export function startRuns() {
  if (started) return;
  started = true;
  subscribe("runs", hear);
  loadRuns();
}

/** Ask for all runs (again). */
export async function loadRuns() {
  try {
    heard = new Map();
    const { runs } = await api.get("/runs");
    const all = new Map(runs.map((/** @type {Summary} */ each) => [each.name, each]));
    for (const [name, run] of heard) change(all, name, run);
    shelf.set({ runs: all, error: null });
  } catch (error) {
    shelf.set({ runs: shelf.value.runs, error });
  }
}

/**
 * @param {{changed?: Summary[], gone?: string[], all?: boolean, error?: {message: string}}} event
 */
function hear({ changed = [], gone = [], all: whole = false, error }) {
  if (error) return shelf.set({ ...shelf.value, error: new Error(error.message) });
  const all = whole ? new Map() : shelf.value.runs;
  for (const name of gone) note(all, name, null);
  for (const run of changed) note(all, run.name, run);
  if (all) shelf.set({ runs: all, error: null });
}

function note(all, name, run) {
  heard.set(name, run);
  if (all) change(all, name, run);
}

/** @param {Map<string, Summary>} all @param {string} name @param {Summary | null} run */
function change(all, name, run) {
  if (run && !run.archived) all.set(name, run);
  else all.delete(name);
}
