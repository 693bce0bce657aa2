// @ts-check
// The same attacks on many pictures, as a job with a report.
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import * as api from "../api.js";
import { whileBusy } from "../components/busy.js";
import { field, segments } from "../components/parts.js";
import { toast } from "../components/toast.js";
import { Browsing } from "../new/browsing.js";
import { Uploading } from "../new/uploading.js";
import { navigate, resultsPath } from "../shell/router.js";
import { networkApi } from "./asking.js";
import { ATTACKS } from "./controls.js";
import { written } from "./epsilon.js";

/** @typedef {import("./asking.js").Attackable} Attackable */
/** @typedef {import("./state.js").State} State */

/** @type {[string, string][]} */
const WAYS = [
  ["own", "Its own"],
  ["folders", "Folders"],
  ["upload", "Upload"],
  ["path", "By name"],
];

export class Many {
  /** @param {Attackable} about @param {import("../use/networks.js").Network} network @param {() => void} changed */
  constructor(about, network, changed) {
    [this.about, this.network, this.changed] = [about, network, changed];
    /** @type {Set<string>} names of attacks, and of runs after "run:" */
    this.chosen = new Set(about.learned ? [`run:${about.learned}`] : ["fgsm", "pgd"]);
    this.way = "own";
    this.data = "";
    this.count = 100;
    this.believes = false;
    const choose = (/** @type {string} */ source) => {
      [this.data, this.error] = [source, null];
      changed();
    };
    this.browsing = new Browsing(choose, changed);
    this.uploading = new Uploading(choose, changed);
    /** @type {{message: string, field: string | null} | null} */
    this.error = null;
  }

  /** @param {State} state */
  template(state) {
    const fitting = this.fitting(state);
    const submit = (/** @type {SubmitEvent} */ event) => {
      event.preventDefault();
      this.start(event, state);
    };
    const error = (/** @type {string} */ name) => (this.error?.field === name ? this.error.message : null);
    const other = this.error && !["data", "count"].includes(this.error.field ?? "") ? this.error.message : null;
    const target = state.target === null ? "" : ` towards ${this.about.classes[state.target] ?? state.target}`;
    return html`<details class="card attack-many"><summary>Many pictures, as a job with a report</summary>
      <form class="stack" novalidate @submit=${submit}>
      <fieldset class="field"><legend class="label">Attacks within ε = ${written(state.epsilon)} (${
        state.norm === "linf" ? "L∞" : "L2"
      })${target}, beside noise of the same size</legend>
        <div class="row">${fitting.map(([key, name]) => this.check(key, name))}</div></fieldset>
      <div class="field"><span class="label">Pictures</span>${segments("Pictures", WAYS, this.way, (way) => this.go(way))}
        ${this.source(error("data"))}</div>
      ${field({
        id: "attack-count",
        label: "How many",
        error: error("count"),
        help: "Spread evenly over them.",
        input: html`<input id="attack-count" type="number" inputmode="numeric" min="1" step="1"
          aria-describedby="attack-count-help attack-count-error" aria-invalid=${Boolean(error("count"))}
          .value=${String(this.count)} @input=${(/** @type {any} */ event) => (this.count = event.target.valueAsNumber)}>`,
      })}
      ${other ? html`<p class="note bad" role="alert">${other}</p>` : nothing}
      <div class="row"><button class="button primary" type="submit">Start the job</button>
        <a class="small" href=${resultsPath(this.about.classifier)}>Earlier results</a></div></form></details>`;
  }

  /** @param {string} way */
  go(way) {
    [this.way, this.data, this.error] = [way, "", null];
    if (way === "folders") this.browsing.start();
    if (way === "upload") this.uploading.lots.start();
    this.changed();
  }

  /** Where the pictures are, unless they are its own. @param {string | null} error */
  source(error) {
    const { way, data } = this;
    if (way === "own") return nothing;
    const believe = html`<label class="check"><input type="checkbox" .checked=${this.believes}
      @change=${(/** @type {any} */ event) => (this.believes = event.target.checked)}>Take what it says of them for right</label>
      <p class="help">Else the folders are the classes, called as the classifier calls its own.</p>`;
    if (way === "path")
      return html`${field({
        id: "attack-data",
        label: "Path, or name of a data set",
        error,
        input: html`<input id="attack-data" autocomplete="off" spellcheck="false" aria-describedby="attack-data-error"
          aria-invalid=${Boolean(error)} .value=${data}
          @input=${(/** @type {any} */ event) => (this.data = event.target.value)}>`,
      })}${believe}`;
    const chooser = way === "upload" ? this.uploading : this.browsing;
    return html`<div class="stack new-way">${chooser.template()}</div>
      ${data ? html`<p class="row"><span>Chosen:</span><code class="clip grow" title=${data}>${data}</code></p>` : nothing}
      ${error ? html`<p class="error" role="alert">${error}</p>` : nothing}${believe}`;
  }

  /** Those meant for this norm: key and name. @param {State} state @returns {[string, string][]} */
  fitting({ norm }) {
    const named = this.about.attacks.filter(({ norms }) => norms.includes(norm));
    const learnt = norm === "linf" ? this.about.learnt : [];
    return [
      ...named.map(({ name }) => /** @type {[string, string]} */ ([name, ATTACKS[name]?.[0] ?? name])),
      ...learnt.map(({ run }) => /** @type {[string, string]} */ ([`run:${run}`, run])),
    ];
  }

  /** @param {string} key @param {string} name */
  check(key, name) {
    const turn = (/** @type {any} */ event) => {
      this.chosen[event.target.checked ? "add" : "delete"](key);
      this.changed();
    };
    return html`<label class="check"><input type="checkbox" .checked=${this.chosen.has(key)} @change=${turn}>${name}</label>`;
  }

  /** @param {SubmitEvent} event @param {State} state */
  start(event, state) {
    const button = /** @type {HTMLElement} */ (event.submitter ?? event.target);
    return whileBusy(/** @type {any} */ ({ currentTarget: button }), async () => {
      const keys = this.fitting(state).map(([key]) => key).filter((key) => this.chosen.has(key));
      const learned = keys.filter((key) => key.startsWith("run:")).map((key) => key.slice(4));
      const { norm, epsilon, target: label, seed } = state;
      const target = label === null ? null : (this.about.classes[label] ?? label);
      const options = {
        attacks: keys.filter((key) => !key.startsWith("run:")),
        ...{ norm, epsilon, seed, count: this.count },
        ...(target === null ? {} : { targeted: target }),
        ...(this.believes && this.way !== "own" ? { labels: "predicted" } : {}),
      };
      const body = { data: this.way === "own" ? null : this.data.trim(), options, learned };
      try {
        if (body.data === "") throw new api.ApiError("Choose the pictures first.", 0, "data");
        const job = await api.post(`${networkApi(this.about.classifier)}/attack`, body);
        this.error = null;
        toast("The job is in the queue.", { kind: "good" });
        navigate(resultsPath(job.network, job.results));
      } catch (error) {
        if (!(error instanceof api.ApiError)) throw error;
        this.error = { message: error.message, field: error.field };
        this.changed();
      }
    });
  }

  end() {
    this.changed = () => {};
    this.browsing.end();
    this.uploading.end();
  }
}
