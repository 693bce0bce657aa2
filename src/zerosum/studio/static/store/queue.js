// @ts-check
// The queue, as long as the page is open.
import * as api from "../api.js";
import { subscribe } from "../events.js";
import { Live } from "../components/view.js";

/**
 * @typedef {object} Job
 * @property {string} id
 * @property {string} kind train, resume, evaluate, export, translate or attack
 * @property {string | null} run empty where it is done with what is no run
 * @property {string} [network] the key of what it is done with
 * @property {string | null} recipe
 * @property {string} command
 * @property {string | null} device
 * @property {string} state
 * @property {string | null} phase
 * @property {number | null} done
 * @property {number | null} total
 * @property {number | null} seconds_left
 * @property {string | null} message
 * @property {number | null} created
 * @property {number | null} started
 * @property {number | null} ended
 * @property {string[]} files
 * @property {string} [results] where many files come out, such as `translated/album`
 */

/**
 * @typedef {{jobs: Job[] | null, paused: boolean, schedules: boolean, trouble?: string | null,
 *   error: unknown}} Queue `trouble`: why the studio can start nothing just now
 */

export const queue = new Live(
  /** @type {Queue} */ ({ jobs: null, paused: false, schedules: true, error: null }),
);

const RUNNING = ["preparing", "running", "stopping"];
/** @param {Job} job */
export const isRunning = (job) => RUNNING.includes(job.state);
/** @param {Job} job */
export const isWaiting = (job) => job.state === "waiting";

let started = false;

export function startQueue() {
  if (started) return;
  started = true;
  subscribe("queue", take);
  loadQueue();
}

/** When each phase of a job was first seen, and how much of it was done. */
/** @type {Map<string, {phase: string | null, done: number, at: number}>} */
const seen = new Map();

/** @param {Job} job */
function look({ id, phase, done }) {
  const before = seen.get(id);
  if (before?.phase === phase && (done ?? 0) >= before.done) return;
  seen.set(id, { phase, done: done ?? 0, at: performance.now() });
}

/** How much a job does in a second, since it was first looked at. @param {Job} job */
export function rateOf({ id, done }) {
  const before = seen.get(id);
  const seconds = before ? (performance.now() - before.at) / 1000 : 0;
  return before && done && seconds >= 1 && done > before.done
    ? (done - before.done) / seconds
    : null;
}

/** The job that does something for a run just now. @param {string | null} id */
export const jobOf = (id) => (id ? queue.value.jobs?.find((job) => job.id === id) : undefined);

/** @param {any} whole or what went wrong */
function take({ error, ...whole }) {
  for (const job of whole.jobs ?? []) if (isRunning(job)) look(job);
  queue.set({ ...queue.value, ...whole, error: error ? new Error(error.message) : null });
}

export async function loadQueue() {
  try {
    take(await api.get("/queue"));
  } catch (error) {
    queue.set({ ...queue.value, error });
  }
}
