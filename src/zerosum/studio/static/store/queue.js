// @ts-check
// The queue, as long as the page is open.
import * as api from "../api.js";
import { subscribe } from "../events.js";
import { Live } from "../components/view.js";

/**
 * @typedef {object} Job
 * @property {string} id
 * @property {string} kind train, resume, evaluate or export
 * @property {string | null} run
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
 */

/** @typedef {{jobs: Job[] | null, paused: boolean, schedules: boolean, error: unknown}} Queue */

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

/** @param {any} whole or what went wrong */
function take({ error, ...whole }) {
  queue.set({ ...queue.value, ...whole, error: error ? new Error(error.message) : null });
}

export async function loadQueue() {
  try {
    take(await api.get("/queue"));
  } catch (error) {
    queue.set({ ...queue.value, error });
  }
}
