// @ts-check
// The report of a job that attacked a classifier, drawn from its `attack.json`.
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { Chart } from "../charts/chart.js";
import { runColour } from "../charts/colours.js";
import { icon } from "../components/icons.js";
import { fault, segments } from "../components/parts.js";
import { sharpen } from "../components/picture.js";
import { counted, duration, plural } from "../components/text.js";
import { view } from "../components/view.js";
import { resultFile } from "../pages/results.js";
import { percent } from "./bars.js";
import { ATTACKS } from "./controls.js";
import { written } from "./epsilon.js";

/** @typedef {import("../pages/results.js").File} File */
/**
 * @typedef {object} Picture
 * @property {string} picture @property {string} label @property {number} confidence
 * @property {string} said @property {number} said_confidence @property {boolean} fooled
 * @property {number} size
 */
/**
 * @typedef {object} Tried
 * @property {number} success @property {number} robust_accuracy @property {number} success_as_bytes
 * @property {number | null} median_smallest @property {number | null} transfer
 * @property {number} seconds_per_picture @property {{epsilon: number, accuracy: number}[]} curve
 * @property {Picture[]} pictures
 */

const AT_ONCE = 24;
/** Attacks that stand beside each other; of more, one is chosen from a list. */
const FEW = 4;

/** @type {import("../pages/results.js").Show} */
export function show(root, what) {
  const report = new Report(root, what);
  return { tell: (files, complete) => report.tell(files, complete), end: () => report.end() };
}

/** What an attack is called. @param {string} name */
const title = (name) => (name === "noise" ? "Noise" : (ATTACKS[name]?.[0] ?? name));

class Report {
  /** @param {HTMLElement} root @param {{network: string, results: string}} what */
  constructor(root, { network, results }) {
    [this.network, this.results] = [network, results];
    /** @type {Map<string, File>} */
    this.files = new Map();
    /** @type {any} what `zerosum attack` has written */
    this.report = null;
    /** @type {unknown} */
    this.error = null;
    this.complete = false;
    this.read = 0;
    this.attack = "";
    this.most = AT_ONCE;
    const [above, curve, below] = [0, 1, 2].map(() => document.createElement("div"));
    root.classList.add("stack", "attack-report");
    curve.className = "card";
    curve.hidden = true;
    root.replaceChildren(above, curve, below);
    this.card = curve;
    this.above = view(above, () => this.template());
    this.below = view(below, () => this.gallery());
    /** @type {Chart | null} */
    this.chart = null;
    this.stopping = new AbortController();
  }

  /** @param {File[]} files @param {boolean} complete */
  async tell(files, complete) {
    this.files = new Map(files.map((file) => [file.file, file]));
    this.complete = complete;
    const file = this.files.get("attack.json");
    if (file && file.changed !== this.read) {
      this.read = file.changed;
      try {
        const answer = await fetch(resultFile(this.network, this.results, file), {
          signal: this.stopping.signal,
        });
        this.report = await answer.json();
        this.attack = Object.keys(this.report.attacks).find((name) => name !== "noise") ?? "noise";
      } catch (error) {
        if (this.stopping.signal.aborted) return;
        this.error = error;
      }
    }
    this.draw();
    this.drawCurve();
  }

  draw() {
    this.above.draw();
    this.below.draw();
  }

  drawCurve() {
    if (!this.report) return;
    this.card.hidden = false;
    if (!this.chart) {
      const heading = document.createElement("h2");
      heading.textContent = "Accuracy left, by the size ε";
      const place = document.createElement("div");
      this.card.replaceChildren(heading, place);
      const label = "Accuracy left on all pictures by the size of the perturbation";
      this.chart = new Chart(place, { label, fraction: true, zoom: () => {} });
    }
    const curves = this.tried.map(([name, { curve }], place) => ({
      key: name,
      label: title(name),
      colour: name === "noise" ? "--c6" : runColour(place - 1),
      dash: name === "noise" ? [6, 4] : [],
      x: curve.map(({ epsilon }) => epsilon),
      y: curve.map(({ accuracy }) => accuracy),
      points: true,
    }));
    this.chart.show(curves, { log: false, smoothing: 0, range: null, unit: "ε" });
  }

  /** @returns {[string, Tried][]} the attacks by their names, noise first */
  get tried() {
    return Object.entries(this.report?.attacks ?? {});
  }

  template() {
    const { report } = this;
    if (this.error) return fault(this.error);
    if (!report)
      return this.complete
        ? html`<p class="note warn">The job has left no report; its log says why.</p>`
        : html`<p class="dim">The report comes at the end.</p>`;
    const norm = report.norm === "linf" ? "L∞" : "L2";
    const page = this.files.get("report.html");
    return html`<div class="stack"><p>${counted(report.right)} of ${plural(report.pictures, "picture")} were right
        before (${percent(report.clean_accuracy)}). Attacked within ${norm} ${written(report.epsilon)}${
          report.target_class === null ? "" : `, towards ${report.target_class}`
        }: ${counted(report.attacked)}. Under all of these attacks together <b>${percent(report.robust_accuracy)}</b> is
        left. It took ${duration(report.seconds)}.</p>
      ${report.warnings.map((/** @type {string} */ text) => html`<p class="note warn">Beware: ${text}</p>`)}
      <div class="card table-scroll" tabindex="0" role="group" aria-label="The attacks">${this.table()}</div>
      ${
        page
          ? html`<p><a class="button" download href=${resultFile(this.network, this.results, page)}>${icon(
              "download",
            )}The report as one page</a></p>`
          : nothing
      }</div>`;
  }

  table() {
    const carries = this.tried.some(([, { transfer }]) => transfer !== null);
    const share = (/** @type {number | null} */ value) => (value === null ? "–" : percent(value));
    return html`<table><thead><tr><th scope="col">Attack</th><th scope="col">Success</th>
      <th scope="col">Accuracy left</th><th scope="col">Success as 8-bit files</th>
      <th scope="col">Median of the smallest</th><th scope="col">Each takes</th>${
        carries ? html`<th scope="col">Carries over to ${this.report.against}</th>` : nothing
      }</tr></thead><tbody>${this.tried.map(
        ([name, each]) => html`<tr><th scope="row">${title(name)}</th><td>${share(each.success)}</td>
          <td>${share(each.robust_accuracy)}</td><td>${share(each.success_as_bytes)}</td>
          <td>${each.median_smallest === null ? "–" : written(each.median_smallest)}</td>
          <td>${written(1000 * each.seconds_per_picture)} ms</td>${
            carries ? html`<td>${share(each.transfer)}</td>` : nothing
          }</tr>`,
      )}</tbody></table>`;
  }

  /** The pictures of an attack, those first of whose wrong class the classifier is surest. */
  gallery() {
    const tried = this.report?.attacks[this.attack];
    if (!tried) return nothing;
    const sure = ({ fooled, said_confidence: share }) => (fooled ? 1 + share : share - 1);
    const order = tried.pictures
      .map((/** @type {Picture} */ each, /** @type {number} */ place) => ({ each, place }))
      .sort((/** @type {any} */ a, /** @type {any} */ b) => sure(b.each) - sure(a.each));
    const choose = (/** @type {string} */ name) => {
      [this.attack, this.most] = [name, AT_ONCE];
      this.below.draw();
    };
    const more = () => {
      this.most += 4 * AT_ONCE;
      this.below.draw();
    };
    return html`<section class="stack" aria-label="Pictures"><div class="row apart"><h2>Before and after</h2>${this.choice(choose)}</div>
      <ul class="attack-pairs">${order
        .slice(0, this.most)
        .map(({ each, place }) => this.pair(each, `${String(place).padStart(6, "0")}.png`))}</ul>
      ${
        order.length > this.most
          ? html`<div class="row"><button class="button" type="button" @click=${more}>More of ${counted(order.length)}</button></div>`
          : nothing
      }</section>`;
  }

  /** @param {(name: string) => void} choose */
  choice(choose) {
    const names = this.tried.map(([name]) => /** @type {[string, string]} */ ([name, title(name)]));
    if (names.length <= FEW) return segments("Attack", names, this.attack, choose);
    return html`<select aria-label="Attack" @change=${(/** @type {any} */ event) => choose(event.target.value)}>${names.map(
      ([name, words]) => html`<option value=${name} ?selected=${name === this.attack}>${words}</option>`,
    )}</select>`;
  }

  /** @param {Picture} each @param {string} name of the file */
  pair(each, name) {
    const image = (/** @type {string} */ folder) => {
      const file = this.files.get(`${folder}/${name}`);
      return html`<span class="attack-picture">${
        file
          ? html`<img src=${resultFile(this.network, this.results, file)} alt="" loading="lazy" decoding="async" @load=${sharpen}>`
          : nothing
      }</span>`;
    };
    return html`<li class="card" title=${each.picture}><div class="attack-pair">${image("original")}<span
      aria-hidden="true">→</span>${image(this.attack)}</div>
      <p class="small">${each.label} ${percent(each.confidence)} → <b class=${each.fooled ? "bad" : ""}>${each.said}</b>
        ${percent(each.said_confidence)}</p></li>`;
  }

  end() {
    this.stopping.abort();
    this.chart?.end();
    this.above.end();
    this.below.end();
  }
}
