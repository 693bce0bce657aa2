// @ts-check
// Many pictures: a folder of this machine or an upload, translated by a job of the queue.
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import * as api from "../api.js";
import { whileBusy } from "../components/busy.js";
import { icon } from "../components/icons.js";
import { fault } from "../components/parts.js";
import { tabs } from "../components/tabs.js";
import { ago } from "../components/text.js";
import { Browsing } from "../new/browsing.js";
import { Uploading } from "../new/uploading.js";
import { navigate, resultsPath } from "../shell/router.js";

/** @typedef {{results: string, kind: string, name: string, created: number}} Set */

const SHOWN = 8;

export class Folder {
  /**
   * @param {import("../use/networks.js").Network} network
   * @param {() => string} direction the one that is chosen
   * @param {(direction: string) => string} words for a direction
   * @param {() => void} changed
   */
  constructor(network, direction, words, changed) {
    [this.network, this.direction, this.words] = [network, direction, words];
    this.changed = changed;
    this.open = false;
    this.way = "folders";
    this.source = "";
    /** @type {unknown} */
    this.error = null;
    /** @type {Set[]} */
    this.sets = [];
    const choose = (/** @type {string} */ source) => {
      [this.source, this.error] = [source, null];
      changed();
    };
    this.browsing = new Browsing(choose, changed);
    this.uploading = new Uploading(choose, changed);
  }

  get path() {
    return `/networks/${encodeURIComponent(this.network.key)}`;
  }

  async load() {
    try {
      const { sets } = await api.get(`${this.path}/results`);
      this.sets = sets.filter((/** @type {Set} */ set) => set.kind === "translated");
      this.changed();
    } catch {
      // They are a convenience; the page is of use without them.
    }
  }

  /** @param {Event} event */
  begin(event) {
    return whileBusy(event, async () => {
      try {
        const options = { direction: this.direction() };
        const job = await api.post(`${this.path}/translate`, { inputs: [this.source], options });
        navigate(resultsPath(job.network, job.results));
      } catch (error) {
        this.error = error;
        this.changed();
      }
    });
  }

  template() {
    const toggle = (/** @type {Event} */ event) => {
      this.open = /** @type {HTMLDetailsElement} */ (event.currentTarget).open;
      if (this.open) this.browsing.start();
      this.changed();
    };
    return html`<details class="card translate-folder" ?open=${this.open} @toggle=${toggle}>
        <summary>${icon("right")}Translate a whole folder</summary>
        ${this.open ? html`<div class="stack">${this.form()}</div>` : nothing}</details>
      ${this.sets.length ? this.earlier() : nothing}`;
  }

  form() {
    const { way } = this;
    const select = (/** @type {string} */ key) => {
      this.way = key.slice("many-".length);
      if (this.way === "upload") this.uploading.lots.start();
      this.changed();
    };
    return html`<p class="dim">It is done by a job of the queue, beside trainings; this page may be
        closed. Each picture is kept with its original and the way back, in the run's folder.</p>
      ${tabs("Where from", [["many-folders", "Folders here"], ["many-upload", "Upload"]], `many-${way}`, select)}
      <div class="stack new-way" role="tabpanel" id="panel-many-${way}"
        aria-labelledby="tab-many-${way}">${
          way === "upload" ? this.uploading.template() : this.browsing.template()
        }</div>
      ${this.error ? fault(this.error) : nothing}
      ${
        this.source
          ? html`<div class="row"><code class="clip grow" title=${this.source}>${this.source}</code>
          <button class="button primary" type="button"
            @click=${(/** @type {Event} */ event) => this.begin(event)}>${icon("play")}
            ${this.words(this.direction())}</button></div>`
          : nothing
      }`;
  }

  earlier() {
    return html`<section class="stack tight" aria-label="Folders that were translated">
      <h2>Folders that were translated</h2>
      <ul class="use-links">${this.sets.slice(0, SHOWN).map(
        (set) => html`<li><a href=${resultsPath(this.network.key, set.results)}><span
          class="clip">${set.name}</span><span class="dim small">${ago(set.created)}</span></a></li>`,
      )}</ul></section>`;
  }

  end() {
    this.browsing.end();
    this.uploading.end();
  }
}
