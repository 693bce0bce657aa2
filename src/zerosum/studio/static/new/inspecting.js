// @ts-check
// What a source holds: told before anything is started.
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { doing, fault } from "../components/parts.js";
import { counted, plural } from "../components/text.js";
import * as api from "../api.js";

const SIZES = 3;
const CLASSES = 12;

export class Inspecting {
  /** @param {string} recipe @param {() => void} changed */
  constructor(recipe, changed) {
    this.recipe = recipe;
    this.changed = changed;
    this.source = "";
    /** @type {any} */
    this.found = null;
    /** @type {unknown} */
    this.error = null;
    this.stopped = false;
    this.asking = new AbortController();
  }

  /** @param {string} source */
  async look(source) {
    if (source === this.source && (this.found || this.busy)) return;
    this.asking.abort();
    this.asking = new AbortController();
    [this.source, this.found, this.error, this.stopped] = [source, null, null, false];
    const { signal } = this.asking;
    this.changed();
    try {
      const body = { source, recipe: this.recipe };
      this.found = await api.post("/data/inspect", body, { signal });
    } catch (error) {
      if (signal.aborted) return;
      this.error = error;
    }
    this.changed();
  }

  get busy() {
    return this.source !== "" && !this.found && !this.error && !this.stopped;
  }

  stop() {
    this.asking.abort();
    this.stopped = true;
    this.changed();
  }

  again() {
    const { source } = this;
    this.source = "";
    this.look(source);
  }

  template() {
    if (this.busy)
      return html`<div class="row">${doing("Looking at the pictures")}<button class="button small"
        type="button" @click=${() => this.stop()}>Stop looking</button></div>`;
    const again = html`<button class="button small" type="button" @click=${() => this.again()}>Look again</button>`;
    if (this.stopped) return html`<div class="row dim small">Nobody has looked at them.${again}</div>`;
    if (this.error) return fault(this.error, again);
    return this.found ? this.shown(this.found) : nothing;
  }

  /** @param {any} found */
  shown(found) {
    const sizes = found.sizes.slice(0, SIZES).map((/** @type {any} */ it) => `${it.height}×${it.width}`);
    const more = found.sizes.length > SIZES ? ` and ${found.sizes.length - SIZES} more sizes` : "";
    const parts =
      found.parts.length > 1
        ? ` (${found.parts.map((/** @type {any} */ it) => `${it.name}: ${counted(it.pictures)}`).join(", ")})`
        : "";
    const classes = found.classes.slice(0, CLASSES);
    return html`<div class="new-thumbnails">${found.thumbnails.map(
      (/** @type {string} */ each) => html`<img src=${each} alt="" width="64" height="64">`,
    )}</div>
    <p class="numbers">${plural(found.pictures, "picture")}${parts}; ${sizes.join(", ")}${more}</p>
    ${
      classes.length
        ? html`<p class="small">${plural(found.class_count, "class", "classes")}: <span class="dim numbers">${classes
            .map((/** @type {any} */ it) => `${it.name} (${counted(it.count)})`)
            .join(", ")}${found.class_count > CLASSES ? ", …" : ""}</span></p>`
        : nothing
    }
    ${found.notes.map((/** @type {string} */ each) => html`<p class="note warn small">${each}</p>`)}
    ${found.problems.map((/** @type {string} */ each) => html`<p class="note warn small">${each}</p>`)}`;
  }

  end() {
    this.asking.abort();
  }
}
