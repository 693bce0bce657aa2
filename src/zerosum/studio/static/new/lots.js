// @ts-check
// What was uploaded before: to be trained on again, or to be deleted.
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { ask } from "../components/dialog.js";
import { icon } from "../components/icons.js";
import { fault } from "../components/parts.js";
import { bytes, plural } from "../components/text.js";
import * as api from "../api.js";

/** @typedef {{name: string, source: string, pictures: number | null, bytes: number}} Lot */

export class Lots {
  /** @param {(source: string) => void} choose @param {() => void} changed */
  constructor(choose, changed) {
    this.choose = choose;
    this.changed = changed;
    /** @type {Lot[]} */
    this.lots = [];
    /** @type {unknown} */
    this.error = null;
  }

  async start() {
    try {
      [this.error, this.lots] = [null, (await api.get("/data")).uploads];
    } catch (error) {
      this.error = error;
    }
    this.changed();
  }

  template() {
    if (this.error) return fault(this.error);
    if (!this.lots.length) return nothing;
    return html`<h3>Uploaded before</h3>
      <ul class="new-list">${this.lots.map((each) => this.row(each))}</ul>`;
  }

  /** @param {Lot} lot */
  row(lot) {
    const { name, source, pictures } = lot;
    const facts = [pictures ? plural(pictures, "picture") : "", bytes(lot.bytes)];
    return html`<li class="row"><span class="grow clip">${name}</span><span
      class="dim small numbers">${facts.filter(Boolean).join(", ")}</span>
      <button class="button small" type="button" aria-label="Use ${name}"
        @click=${() => this.choose(source)}>Use</button>
      <button class="button small icon" type="button" aria-label="Delete ${name}" title="Delete"
        @click=${() => this.remove(lot)}>${icon("trash")}</button></li>`;
  }

  /** @param {Lot} lot */
  async remove({ name }) {
    const done = await ask({
      title: `Delete ${name}?`,
      text: html`<p>The uploaded pictures are deleted here. Runs that were trained on them stay, and
        cannot go on.</p>`,
      confirm: "Delete",
      danger: true,
      action: () => api.remove(`/uploads/${encodeURIComponent(name)}`),
    });
    if (done) this.start();
  }
}
