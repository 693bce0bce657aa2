// @ts-check
// A lesson computed by the worker, one at a time for this page.
import { request } from "../api.js";
import { ApiError } from "../api.js";

const CLIENT = `learn-${Math.random().toString(36).slice(2)}`;

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
export async function compute(name, asked, { signal, progress }) {
  const path = `/lessons/${encodeURIComponent(name)}/compute`;
  const headers = { "X-Client": CLIENT };
  const response = await request("POST", path, { body: asked, signal, headers });
  for await (const [event, data] of events(response)) {
    if (event === "progress") progress(data.done, data.total);
    else if (event === "result") return data;
    else if (event === "failed") throw new ApiError(data.message, 400, data.field);
  }
  throw new ApiError("The studio stopped before it had computed this.", 0, null);
}

/** The events of a stream. @param {Response} response @returns {AsyncGenerator<[string, any]>} */
async function* events(response) {
  const reader = /** @type {ReadableStream<Uint8Array>} */ (response.body)
    .pipeThrough(new TextDecoderStream())
    .getReader();
  let text = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    text += value;
    const parts = text.split("\n\n");
    text = /** @type {string} */ (parts.pop());
    for (const part of parts) {
      const match = /^event: (\w+)\ndata: (.*)$/s.exec(part);
      if (match) yield [match[1], JSON.parse(match[2])];
    }
  }
}
