// @ts-check
// The same attacks on many pictures, as a job with a report.
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import * as api from "../api.js";
import { whileBusy } from "../components/busy.js";
import { field } from "../components/parts.js";
import { toast } from "../components/toast.js";
import { navigate, resultsPath } from "../shell/router.js";
import { networkApi } from "./asking.js";
import { ATTACKS } from "./controls.js";
import { written } from "./epsilon.js";

/** @typedef {import("./asking.js").Attackable} Attackable */
/** @typedef {import("./state.js").State} State */

export class Many {
  /** @param {Attackable} about @param {import("../use/networks.js").Network} network @param {() => void} changed */
  constructor(about, network, changed) {
    [this.about, this.network, this.changed] = [about, network, changed];
    /** @type {Set<string>} names of attacks, and of runs after "run:" */
    this.chosen = new Set(about.learned ? [`run:${about.learned}`] : ["fgsm", "pgd"]);
    this.data = "";
    this.count = 100;
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
      <div class="attack-fields">${field({
        id: "attack-data",
        label: "Pictures",
        error: error("data"),
        help: "A folder with a folder for each class, an archive, or a data set by its name; empty: the classifier's own.",
        input: html`<input id="attack-data" autocomplete="off" spellcheck="false" placeholder="its own"
          aria-describedby="attack-data-help attack-data-error" aria-invalid=${Boolean(error("data"))}
          .value=${this.data} @input=${(/** @type {any} */ event) => (this.data = event.target.value)}>`,
      })}
      ${field({
        id: "attack-count",
        label: "How many",
        error: error("count"),
        help: "Spread evenly over them.",
        input: html`<input id="attack-count" type="number" inputmode="numeric" min="1" step="1"
          aria-describedby="attack-count-help attack-count-error" aria-invalid=${Boolean(error("count"))}
          .value=${String(this.count)} @input=${(/** @type {any} */ event) => (this.count = event.target.valueAsNumber)}>`,
      })}</div>
      ${other ? html`<p class="note bad" role="alert">${other}</p>` : nothing}
      <div class="row"><button class="button primary" type="submit">Start the job</button>
        <a class="small" href=${resultsPath(this.about.classifier)}>Earlier results</a></div></form></details>`;
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
      };
      const body = { data: this.data.trim() || null, options, learned };
      try {
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
  }
}
