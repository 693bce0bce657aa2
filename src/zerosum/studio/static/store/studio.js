// @ts-check
// What the studio is: free disk space, its worker, its limits.
import * as api from "../api.js";
import { subscribe } from "../events.js";
import { Live } from "../components/view.js";

/**
 * @typedef {object} Studio
 * @property {string} version
 * @property {string} runs
 * @property {{free: number, total: number} | null} disk
 * @property {boolean} schedules
 * @property {boolean} allow_code
 * @property {string[]} data_folders
 * @property {{upload_bytes: number, upload_files: number, pixels: number}} limits
 * @property {{state: string, doing: string | null}} worker
 * @property {string | null} device
 */

export const studio = new Live(/** @type {Studio | null} */ (null));

let started = false;

export function startStudio() {
  if (started) return;
  started = true;
  subscribe("studio", (/** @type {any} */ news) => news.error || studio.set(news));
  loadStudio();
}

/** Ask again; what cannot be asked is said by the banner of the connection. */
export async function loadStudio() {
  try {
    studio.set(await api.get("/studio"));
  } catch {
    return;
  }
}
