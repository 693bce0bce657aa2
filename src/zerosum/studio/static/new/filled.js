// @ts-check
// What is filled in: by field, checked as it is typed, and kept over a reload.
import * as api from "../api.js";
import { ApiError } from "../api.js";
import { readDraft, keepDraft } from "./draft.js";
import { differs } from "./fields.js";
import { typed, valueOf } from "./values.js";

/** @typedef {import("./values.js").Field} Field */
/** @typedef {{ok: boolean, command?: string, notes?: string[], error?: {message: string, field: string | null}}} Checked */

const PAUSE = 250;

export class Filled {
  /**
   * @param {string} recipe @param {{fields: Field[], values: Record<string, any>}} form
   * @param {string} key of its draft @param {() => void} changed
   */
  constructor(recipe, form, key, changed) {
    this.recipe = recipe;
    this.key = key;
    this.changed = changed;
    this.fields = new Map(form.fields.map((field) => [field.name, field]));
    const draft = readDraft(key);
    /** What was typed, by field. @type {Record<string, any>} */
    this.texts = draft?.texts ?? textsOf(form.values);
    this.name = draft?.name ?? "";
    /** Fields whose faults are shown: those that somebody has been in. @type {Set<string>} */
    this.touched = new Set(Object.keys(this.texts));
    /** @type {Checked | null} */
    this.checked = null;
    this.timer = 0;
    this.asking = new AbortController();
    /** Called when what is filled in has been found to do. */
    this.sound = () => {};
  }

  /** What differs from the recipe. @returns {Record<string, any>} */
  get values() {
    const all = Object.entries(this.texts).map(([name, text]) => {
      const field = this.fields.get(name);
      return field ? [field, valueOf(field, text)] : null;
    });
    const told = all.filter((each) => each && differs(each[0], each[1]));
    return Object.fromEntries(told.map((each) => [each[0].name, each[1]]));
  }

  /** The value that a field has. @param {string} name */
  value(name) {
    const field = this.fields.get(name);
    if (!field) return undefined;
    return name in this.texts ? valueOf(field, this.texts[name]) : field.value;
  }

  /** @param {Field} field */
  shown(field) {
    return field.name in this.texts ? this.texts[field.name] : typed(field.value);
  }

  /** @param {Field} field */
  isChanged(field) {
    return field.name in this.texts && differs(field, valueOf(field, this.texts[field.name]));
  }

  /** @param {Field} field */
  errorOf(field) {
    const error = this.checked?.error;
    return error?.field === field.name && this.touched.has(field.name) ? error.message : null;
  }

  /** @param {Field} field @param {any} text */
  type(field, text) {
    this.texts = { ...this.texts, [field.name]: text };
    this.touched.add(field.name);
    this.later();
  }

  /** @param {Field} field */
  reset(field) {
    const { [field.name]: _, ...others } = this.texts;
    this.texts = others;
    this.later();
  }

  resetAll() {
    this.texts = {};
    this.later();
  }

  /** @param {string} name */
  rename(name) {
    this.name = name;
    this.later();
  }

  later() {
    keepDraft(this.key, { texts: this.texts, name: this.name });
    this.changed();
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.check(), PAUSE);
  }

  async check() {
    this.asking.abort();
    this.asking = new AbortController();
    const { signal } = this.asking;
    try {
      const body = { fields: this.values, name: this.name || null };
      this.checked = await api.post(`/recipes/${this.recipe}/check`, body, { signal });
    } catch (error) {
      if (signal.aborted) return;
      const { message, field } = error instanceof ApiError ? error : { message: String(error), field: null };
      this.checked = { ok: false, error: { message, field } };
    }
    this.changed();
    if (this.checked?.ok) this.sound();
  }

  forget() {
    keepDraft(this.key, {});
  }

  end() {
    clearTimeout(this.timer);
    this.asking.abort();
  }
}

/** @param {Record<string, any>} values */
const textsOf = (values) =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, typed(value)]));
