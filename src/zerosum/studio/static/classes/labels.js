// @ts-check
// From which labels a run learns, and how others do with more or fewer.
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { commandLine, doing, fault } from "../components/parts.js";
import { counted, plural, short } from "../components/text.js";
import { PAGE, labelsOf } from "./asking.js";
import { pager, percent, shareBar } from "./parts.js";

/** @typedef {import("../use/networks.js").Network} Network */
/** @typedef {import("./asking.js").Labels} Found */

export class Labels {
  /** @param {Network} network @param {() => void} changed */
  constructor(network, changed) {
    [this.network, this.changed] = [network, changed];
    this.start = 0;
    /** @type {Found | null} */
    this.found = null;
    /** @type {unknown} */
    this.error = null;
    this.loading = new AbortController();
  }

  async show(start = 0) {
    this.loading.abort();
    this.loading = new AbortController();
    const { signal } = this.loading;
    [this.start, this.error] = [start, null];
    this.changed();
    try {
      this.found = await labelsOf(this.network.key, { start, count: PAGE }, signal);
    } catch (error) {
      if (signal.aborted) return;
      this.error = error;
    }
    this.changed();
  }

  /** @param {string[]} classes */
  template(classes) {
    if (this.error) return fault(this.error);
    if (!this.found) return doing("Looking for the labels");
    return html`${this.curve(this.found)}${this.labelled(this.found, classes)}`;
  }

  /** @param {Found} found */
  curve({ runs, per_class: perClass }) {
    const { run, recipe } = this.network;
    return html`<section class="card stack" aria-labelledby="classes-curve">
      <h2 id="classes-curve">Accuracy against the number of labels</h2>
      ${
        runs.length
          ? html`<table class="classes-curve"><caption class="hidden-text">Accuracy by labels</caption><thead><tr><th scope="col">Labels</th
            ><th scope="col">Accuracy</th><th scope="col">Run</th></tr></thead><tbody>${runs.map(
              (each) => html`<tr aria-current=${each.run === run ? "true" : nothing}><th scope="row" class="numbers">${
                each.labels === null ? "all" : counted(each.labels)
              }</th><td>${shareBar(each.value, each.error)}<span class="numbers small">${percent(each.value, each.error)}</span></td>
              <td><a href="/classes/${encodeURIComponent(each.run)}?tab=labels">${each.run}</a> <span class="small dim"
                >after ${short(each.images_seen)} images</span>${each.differs.length ? differing(each.differs) : nothing}</td></tr>`,
            )}</tbody></table>`
          : html`<p class="dim">This run has no accuracy yet: the button Evaluate of its page measures it.</p>`
      }
      ${
        runs.length < 2
          ? html`<p class="dim">Runs of the same recipe with more or fewer labels join here, as soon as they are evaluated:</p>
            ${commandLine(`zerosum train ${recipe} --labels-per-class ${2 * (perClass ?? 5)} --data SOURCE`)}`
          : html`<p class="small dim">The newest accuracy of each run of this recipe that was measured on the same pictures,
            with one standard error to both sides.</p>`
      }</section>`;
  }

  /** @param {Found} found @param {string[]} classes */
  labelled({ per_class: perClass, total, pictures }, classes) {
    if (perClass === null)
      return html`<p class="note">This run learns from the labels of all its pictures.</p>`;
    return html`<section class="card stack" aria-labelledby="classes-labelled">
      <div class="row apart"><h2 id="classes-labelled">The pictures with labels</h2>${pager(
        this.start,
        total,
        (start) => this.show(start),
        "pictures with labels",
      )}</div>
      <p class="dim">${plural(total, "label")}, ${counted(perClass)} of each class, chosen by the seed; of all others
        it sees the picture alone, if that.</p>
      <ul class="classes-pictures small-ones">${pictures.map(
        ({ true: label, url }) => html`<li><img class="pixelated" src=${url} alt="Labelled ${classes[label]}" decoding="async"
          ><span class="clip small">${classes[label]}</span></li>`,
      )}</ul></section>`;
  }

  end() {
    this.loading.abort();
  }
}

/** @param {string[]} lines */
const differing = (lines) =>
  html`<details class="small"><summary>other settings differ</summary><ul>${lines.map(
    (line) => html`<li><code>${line}</code></li>`,
  )}</ul></details>`;
