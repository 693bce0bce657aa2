// @ts-check
// Where pictures come from: folders of this machine, data sets by name, uploads, or a path.
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { live } from "../vendor/lit-html/directives/live.js";
import { doing, fault } from "../components/parts.js";
import { tabs } from "../components/tabs.js";
import * as api from "../api.js";
import { Browsing } from "./browsing.js";
import { Inspecting } from "./inspecting.js";
import { Uploading } from "./uploading.js";

/** @typedef {import("./values.js").Field} Field */
/** @typedef {{name: string, text: string, here: boolean}} Named */

/** @type {[string, string][]} */
const WAYS = [
  ["folders", "Folders here"],
  ["upload", "Upload"],
  ["names", "Data sets"],
  ["path", "Path"],
];

export class Source {
  /**
   * @param {Field} field @param {import("./filled.js").Filled} filled
   * @param {boolean} own whether pictures of one's own are to be chosen @param {() => void} changed
   */
  constructor(field, filled, own, changed) {
    this.field = field;
    this.filled = filled;
    this.changed = changed;
    this.way = "folders";
    /** @type {string | null} A path as far as it is typed: the page may be drawn anew meanwhile. */
    this.path = null;
    this.open = !filled.value(field.name) || (own && !filled.isChanged(field));
    /** @type {Named[] | null} */
    this.names = null;
    /** @type {unknown} */
    this.error = null;
    const choose = (/** @type {string} */ source) => this.choose(source);
    this.browsing = new Browsing(choose, changed);
    this.uploading = new Uploading(choose, changed);
    this.inspecting = new Inspecting(filled.recipe, changed);
  }

  start() {
    const source = this.filled.value(this.field.name);
    if (!this.open) this.inspecting.look(source);
    if (this.open) this.browsing.start();
  }

  /** @param {string} source */
  choose(source) {
    [this.open, this.path] = [false, null];
    this.filled.type(this.field, source);
    this.inspecting.look(source);
  }

  /** @param {string} way */
  async go(way) {
    this.way = way;
    this.changed();
    if (way === "folders") this.browsing.start();
    if (way === "upload") this.uploading.lots.start();
    if (way !== "names" || this.names) return;
    try {
      [this.error, this.names] = [null, (await api.get("/data")).names];
    } catch (error) {
      this.error = error;
    }
    this.changed();
  }

  /** @param {string} title */
  template(title) {
    const source = this.filled.value(this.field.name);
    const error = this.filled.errorOf(this.field);
    const change = () => {
      this.open = !this.open;
      this.changed();
      if (this.open) this.go(this.way);
      else this.inspecting.look(source);
    };
    return html`<div class="new-source stack" role="group" aria-label=${title}>
      <div class="row apart"><h2>${title}</h2>${
        source
          ? html`<span class="row grow-end"><code class="clip new-path" title=${source}>${source}</code><button
            class="button small" type="button" aria-expanded=${this.open} @click=${change}>${
              this.open ? "Keep" : "Change"
            }</button></span>`
          : nothing
      }</div>
      ${this.open ? this.ways() : nothing}
      <p class="bad small" role="alert" ?hidden=${!error || this.open || this.inspecting.error}>${error}</p>
      ${source && !this.open ? html`<div class="new-found stack">${this.inspecting.template()}</div>` : nothing}
    </div>`;
  }

  ways() {
    // There may be two of these on a page.
    const keyed = (/** @type {string} */ way) => `${this.field.name}-${way}`;
    const ways = /** @type {[string, string][]} */ (WAYS.map(([way, words]) => [keyed(way), words]));
    const select = (/** @type {string} */ key) => this.go(key.slice(this.field.name.length + 1));
    const key = keyed(this.way);
    return html`${tabs("Where from", ways, key, select)}
      <div class="new-way stack" role="tabpanel" id="panel-${key}" aria-labelledby="tab-${key}">${this.panel()}</div>`;
  }

  panel() {
    if (this.way === "folders") return this.browsing.template();
    if (this.way === "upload") return this.uploading.template();
    if (this.way === "names") return this.namesPanel();
    return this.pathPanel();
  }

  namesPanel() {
    if (this.error) return fault(this.error);
    if (!this.names) return doing("Looking for data sets");
    return html`<ul class="new-list">${this.names.map(
      (each) => html`<li class="row"><span class="grow"><strong>${each.name}</strong> <span
        class="dim small">${each.text}</span></span>
        <span class="small dim">${each.here ? "on this machine" : "must be downloaded"}</span>
        <button class="button small" type="button" aria-label="Use ${each.name}"
          @click=${() => this.choose(each.name)}>Use</button></li>`,
    )}</ul>`;
  }

  pathPanel() {
    const path = this.path ?? this.filled.value(this.field.name) ?? "";
    const use = (/** @type {Event} */ event) => {
      event.preventDefault();
      const typed = (this.path ?? path).trim();
      if (typed) this.choose(typed);
    };
    const id = `path-${this.field.name}`;
    return html`<form class="row new-bottom" @submit=${use}><div class="field grow"><label for=${id}>A folder, an
      archive, an array or shards</label><input id=${id} autocomplete="off" spellcheck="false"
      .value=${live(path)} @input=${(/** @type {any} */ event) => (this.path = event.target.value)}></div>
      <button class="button" type="submit">Use</button></form>`;
  }

  end() {
    this.browsing.end();
    this.inspecting.end();
    this.uploading.end();
  }
}
