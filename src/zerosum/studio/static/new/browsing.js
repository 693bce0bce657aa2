// @ts-check
// Folders of the machine on which the studio runs.
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { repeat } from "../vendor/lit-html/directives/repeat.js";
import { icon } from "../components/icons.js";
import { doing, fault } from "../components/parts.js";
import { plural } from "../components/text.js";
import * as api from "../api.js";

/** @typedef {{name: string, path: string, kind: string, pictures: number | null}} Entry */
/** @typedef {{path: string | null, parent: string | null, entries: Entry[], pictures: number}} Place */

export class Browsing {
  /** @param {(source: string) => void} choose @param {() => void} changed */
  constructor(choose, changed) {
    this.choose = choose;
    this.changed = changed;
    /** @type {Place | null} */
    this.place = null;
    /** @type {unknown} */
    this.error = null;
    this.asking = new AbortController();
  }

  start() {
    if (!this.place) this.go(null);
  }

  /** @param {string | null} path */
  async go(path) {
    const first = this.place === null;
    this.asking.abort();
    this.asking = new AbortController();
    const { signal } = this.asking;
    try {
      const place = await api.get("/data/browse", { path }, { signal });
      [this.place, this.error] = [place, null];
      // Where there is one folder only, nothing is to be chosen.
      const [only, ...others] = place.entries;
      if (first && place.path === null && only?.kind === "folder" && !others.length) return this.go(only.path);
    } catch (error) {
      if (signal.aborted) return;
      this.error = error;
    }
    this.changed();
  }

  template() {
    if (this.error)
      return fault(
        this.error,
        html`<button class="button" type="button" @click=${() => this.go(null)}>Back to the folders</button>`,
      );
    const { place } = this;
    if (!place) return doing("Reading the folders");
    const shown = place.entries.filter((each) => each.kind !== "picture");
    return html`<div class="row">${
      place.path === null
        ? nothing
        : html`<button class="button small" type="button" @click=${() => this.go(place.parent)}>${icon("up")}Up</button>`
    }<code class="small clip grow">${place.path ?? "Folders that may be read"}</code>${
      place.path === null
        ? nothing
        : html`<button class="button small primary" type="button"
          @click=${() => this.choose(/** @type {string} */ (place.path))}>Use this folder</button>`
    }</div>
    <p class="dim small" ?hidden=${!place.pictures}>${plural(place.pictures, "picture")} in it</p>
    <ul class="new-list">${repeat(
      shown,
      (each) => each.path,
      (each) => this.row(each),
    )}</ul>
    <p class="dim" ?hidden=${place.entries.length > 0}>Nothing that could be trained on is here. The
      studio reads the folder in which it was started; others are named by <code>zerosum studio --data
      FOLDER</code>.</p>`;
  }

  /** @param {Entry} entry */
  row(entry) {
    const isFolder = entry.kind === "folder";
    return html`<li class="row"><span class="grow row">${icon(isFolder ? "folder" : "archive")}${
      isFolder
        ? html`<button class="button quiet small new-folder" type="button"
          @click=${() => this.go(entry.path)}>${entry.name}</button>`
        : html`<span>${entry.name}</span>`
    }</span><span class="dim small numbers">${
      entry.pictures ? plural(entry.pictures, "picture") : isFolder ? "" : entry.kind
    }</span><button class="button small" type="button" aria-label="Use ${entry.name}"
      @click=${() => this.choose(entry.path)}>Use</button></li>`;
  }

  end() {
    this.asking.abort();
  }
}
