// @ts-check
// What computes pictures for the page: a worker, or, where there can be none, the page itself.

import { Engine } from "../engine.js";

export class Asked {
  /** @param {any} model @param {string} text its numbers @param {string} script of the worker */
  constructor(model, text, script) {
    /** @type {Map<number, {resolve: (answer: any) => void, reject: (error: Error) => void}>} */
    this.waiting = new Map();
    this.count = 0;
    try {
      const source = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
      this.worker = new Worker(source);
      this.worker.onmessage = ({ data }) => this.#take(data);
      this.worker.onerror = () => this.#alone(model, text);
      this.#post({ model, text }).catch(() => this.#alone(model, text));
    } catch {
      this.#alone(model, text);
    }
  }

  /** @param {any} asked @returns {Promise<any>} */
  ask(asked) {
    if (this.engine) {
      const engine = this.engine;
      return Promise.resolve().then(() => engine.answer(asked));
    }
    return this.#post({ asked });
  }

  /** @param {any} message @returns {Promise<any>} */
  #post(message) {
    const number = this.count++;
    return new Promise((resolve, reject) => {
      this.waiting.set(number, { resolve, reject, ...message });
      this.worker?.postMessage({ number, ...message });
    });
  }

  /** @param {{number: number, answer?: any, fault?: string}} message */
  #take({ number, answer, fault }) {
    const { resolve, reject } = this.waiting.get(number) ?? {};
    this.waiting.delete(number);
    if (fault === undefined) resolve?.(answer);
    else reject?.(new Error(fault));
  }

  /** Go on without a worker. @param {any} model @param {string} text */
  #alone(model, text) {
    if (this.engine) return;
    this.worker?.terminate();
    this.engine = new Engine(model, text);
    for (const { resolve, reject, asked } of /** @type {any} */ (this.waiting.values())) {
      if (asked) this.ask(asked).then(resolve, reject);
      else resolve(true);
    }
    this.waiting.clear();
  }
}

/** At most one question under way; of those that come meanwhile only the newest is asked. */
export class Latest {
  /** @param {(asked: any) => Promise<any>} ask @param {(answer: any, asked: any) => void} show
   * @param {(error: any) => void} fail */
  constructor(ask, show, fail) {
    Object.assign(this, { ask, show, fail });
    this.next = null;
    this.busy = false;
  }

  /** @param {any} asked @returns {Promise<void>} when nothing is left to be asked */
  async send(asked) {
    this.next = asked;
    if (this.busy) return;
    this.busy = true;
    while (this.next) {
      const now = this.next;
      this.next = null;
      try {
        /** @type {any} */ (this).show(await /** @type {any} */ (this).ask(now), now);
      } catch (error) {
        /** @type {any} */ (this).fail(error);
      }
    }
    this.busy = false;
  }
}
