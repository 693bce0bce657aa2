// @ts-check
/** Server-sent events from an answer of `fetch`, which unlike EventSource can send a token. */

/**
 * @typedef {{id: string | null, event: string, data: string}} Event
 */

/** Puts events together from pieces of text, wherever these were cut. */
export class EventParser {
  constructor() {
    this.rest = "";
    this.forget();
  }

  forget() {
    this.id = /** @type {string | null} */ (null);
    this.event = "message";
    this.data = /** @type {string[]} */ ([]);
  }

  /**
   * @param {string} text what came
   * @returns {Event[]} those that are complete
   */
  take(text) {
    // An end of a line can be cut in two: a CR that comes last waits for what follows.
    const whole = this.rest + text;
    const lines = whole.split(/\r\n|\n|\r(?!$)/);
    this.rest = /** @type {string} */ (lines.pop());
    const found = [];
    for (const line of lines) {
      if (line !== "") this.takeLine(line);
      else {
        if (this.data.length) found.push(this.made());
        this.forget();
      }
    }
    return found;
  }

  /** @param {string} line */
  takeLine(line) {
    const [, field, value] = /** @type {string[]} */ (/^([^:]*):? ?(.*)$/s.exec(line));
    if (field === "data") this.data.push(value);
    else if (field === "event") this.event = value;
    else if (field === "id") this.id = value;
  }

  made() {
    return { id: this.id, event: this.event, data: this.data.join("\n") };
  }
}

/**
 * The events of an answer, one after the other, until it ends.
 *
 * @param {Response} response
 * @param {() => void} [heard] called whenever anything came, also a sign of life
 * @returns {AsyncGenerator<Event>}
 */
export async function* eventsOf(response, heard) {
  const reader = /** @type {ReadableStream<Uint8Array>} */ (response.body).getReader();
  const decoder = new TextDecoder();
  const parser = new EventParser();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      heard?.();
      yield* parser.take(decoder.decode(value, { stream: true }));
    }
  } finally {
    reader.cancel().catch(() => {}); // Whoever stops reading wants no more of it.
  }
}
