// @ts-check
// A lesson computed by the worker, one at a time for this page.
import { streamed } from "../streamed.js";

/**
 * @typedef {object} Result
 * @property {string} answer
 * @property {string} html
 * @property {{statement: string, holds: boolean | null}[]} claims
 * @property {number} seconds
 * @property {string} call
 */

/**
 * Compute a lesson; to abort is to cancel.
 * @param {string} name
 * @param {{controls: Record<string, unknown>, full: boolean}} asked
 * @param {{signal: AbortSignal, progress: (done: number, total: number) => void}} how
 * @returns {Promise<Result>}
 */
export const compute = (name, asked, how) =>
  streamed(`/lessons/${encodeURIComponent(name)}/compute`, asked, how);
