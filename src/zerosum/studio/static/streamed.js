// @ts-check
// Calls that take longer: how far they are, and what comes of them. To abort is to cancel.
import { ApiError, request } from "./api.js";
import { eventsOf } from "./following/sse.js";

/** This tab: what it asks of a task cancels what it asked of that task before. */
export const CLIENT = { "X-Client": `tab-${Math.random().toString(36).slice(2)}` };

/**
 * @param {string} path below `/api/v1`
 * @param {unknown} body
 * @param {{progress?: (done: number, total: number) => void, signal?: AbortSignal,
 *   headers?: Record<string, string>}} [options] ``headers`` where a part of a page asks for itself
 * @returns {Promise<any>} the result
 */
export async function streamed(path, body, { progress, signal, headers = CLIENT } = {}) {
  const response = await request("POST", path, { body, signal, headers });
  for await (const { event, data } of eventsOf(response)) {
    const told = JSON.parse(data);
    if (event === "progress") progress?.(told.done, told.total);
    else if (event === "result") return told;
    else if (event === "failed") throw new ApiError(told.message, 400, told.field);
  }
  throw new ApiError("The studio stopped before this was done.", 0, null);
}
