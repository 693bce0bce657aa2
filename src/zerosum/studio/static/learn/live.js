// @ts-check
// A lesson that is computed again whenever a control is moved.
import * as api from "../api.js";
import { compute } from "./computing.js";

/** Milliseconds between two beginnings, while a slider is being moved. */
const PAUSE = 120;
const TICK = 300;

export class Lesson {
  /** @param {string} name @param {URLSearchParams} query @param {() => void} changed */
  constructor(name, query, changed) {
    this.name = name;
    this.asked = query;
    this.changed = changed;
    /** @type {any} */
    this.described = null;
    /** @type {unknown} why there is no such lesson */
    this.missing = null;
    /** @type {Record<string, any>} */
    this.values = {};
    /** @type {Record<string, string>} */
    this.errors = {};
    /** @type {unknown} what went wrong, where no control is to blame */
    this.error = null;
    /** @type {import("./computing.js").Result | null} */
    this.result = null;
    /** @type {{done: number, total: number} | null} */
    this.step = null;
    this.busy = false;
    this.full = false;
    this.stopped = false;
    this.begun = 0;
    this.timer = 0;
    this.clock = 0;
    this.computing = new AbortController();
  }

  /** Whether what is shown is not what the controls say. */
  get isOutdated() {
    return this.busy || this.error !== null || Object.keys(this.errors).length > 0;
  }

  get elapsed() {
    return (performance.now() - this.begun) / 1000;
  }

  /** Ask what the lesson can be told, and compute it as the address says. */
  async open() {
    const { signal } = this.computing;
    try {
      this.described = await api.get(`/lessons/${encodeURIComponent(this.name)}`, {}, { signal });
    } catch (error) {
      if (signal.aborted) return;
      this.missing = error;
      this.changed();
      return;
    }
    this.values = { ...this.described.values };
    for (const field of this.described.fields) {
      const text = this.asked.get(field.name);
      if (text !== null) this.values[field.name] = valueOf(field, text);
    }
    await this.compute();
  }

  /**
   * What the address holds: whatever is not as it is by default.
   * @returns {Record<string, string>}
   */
  query() {
    if (!this.described) return {};
    const shown = (/** @type {string} */ name) => {
      const [value, usual] = [this.values[name], this.described.values[name]];
      return value === usual || value === null ? "" : String(value);
    };
    return Object.fromEntries(Object.keys(this.values).map((name) => [name, shown(name)]));
  }

  /** @param {string} name @param {any} value */
  set(name, value) {
    this.values = { ...this.values, [name]: value };
    this.changed();
    clearTimeout(this.timer);
    const wait = Math.max(0, PAUSE - (performance.now() - this.begun));
    this.timer = window.setTimeout(() => this.compute(), wait);
  }

  reset() {
    this.values = { ...this.described.values };
    this.compute();
  }

  computeFull() {
    return this.compute(true);
  }

  /** Compute for the values as they are; what is being computed for others is cancelled. */
  async compute(full = false) {
    this.cancel();
    const { signal } = this.computing;
    Object.assign(this, {
      busy: true,
      full,
      stopped: false,
      step: null,
      begun: performance.now(),
    });
    this.clock = window.setInterval(this.changed, TICK);
    this.changed();
    const controls = Object.fromEntries(
      Object.entries(this.values).filter(([name, value]) => value !== this.described.values[name]),
    );
    const progress = (/** @type {number} */ done, /** @type {number} */ total) => {
      this.step = { done, total };
    };
    try {
      const result = await compute(this.name, { controls, full }, { signal, progress });
      if (signal.aborted) return;
      Object.assign(this, { result, errors: {}, error: null });
      if (!full) this.described.slow = result.seconds;
    } catch (error) {
      if (signal.aborted) return;
      const field = error instanceof api.ApiError ? error.field : null;
      const known = this.described.fields.some((/** @type {any} */ each) => each.name === field);
      this.errors = known && field ? { [field]: /** @type {Error} */ (error).message } : {};
      this.error = known ? null : error;
    }
    clearInterval(this.clock);
    this.busy = false;
    this.changed();
  }

  /** Compute no more, until a control is moved. */
  stop() {
    this.cancel();
    this.stopped = true;
    this.changed();
  }

  cancel() {
    clearTimeout(this.timer);
    clearInterval(this.clock);
    this.computing.abort();
    this.computing = new AbortController();
    this.busy = false;
  }

  end() {
    this.cancel();
    this.changed = () => {};
  }
}

/** The value that an address holds. @param {any} field @param {string} text */
function valueOf(field, text) {
  switch (field.kind) {
    case "slider":
    case "seed":
      return Number.isFinite(Number(text)) && text.trim() ? Number(text) : text;
    case "boolean":
      return text === "true";
    case "choice":
      return field.choices.find((/** @type {any} */ each) => String(each) === text) ?? text;
    default:
      return text;
  }
}
