// @ts-check
// Charts beside each other that are looked at together: one zoom, one smoothing, one scale.
import { html, render, nothing } from "../vendor/lit-html/lit-html.js";
import { icon } from "../components/icons.js";
import { short } from "../components/text.js";
import { Chart } from "./chart.js";

/** @typedef {import("./specs.js").Spec} Spec */

const SMOOTHINGS = [0, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99];
const PAUSE = 150;
const HINT = matchMedia("(pointer: coarse)").matches
  ? "Pinch a chart to look closer"
  : "Drag over a chart to look closer";

export class Wall {
  /**
   * @param {HTMLElement} root @param {() => Spec[]} specs
   * @param {() => unknown} [extra] what else stands in the bar
   */
  constructor(root, specs, extra = () => nothing) {
    this.specs = specs;
    this.extra = extra;
    /** @type {import("./chart.js").Way} */
    this.way = { log: false, smoothing: 0, range: null };
    /** @type {Map<string, {chart: Chart, card: HTMLElement}>} */
    this.charts = new Map();
    this.bar = document.createElement("div");
    this.grid = document.createElement("div");
    this.grid.className = "chart-grid";
    this.nothing = document.createElement("p");
    this.nothing.className = "dim";
    this.nothing.textContent = "Curves appear with the first statistics.";
    root.append(this.bar, this.nothing, this.grid);
    this.timer = 0;
    this.drawn = 0;
    this.now();
  }

  end() {
    clearTimeout(this.timer);
    for (const { chart } of this.charts.values()) chart.end();
  }

  /** Draw soon: lines come in crowds, and a picture a few times a second is enough. */
  draw() {
    if (this.timer) return;
    this.timer = setTimeout(
      () => {
        this.timer = 0;
        requestAnimationFrame(() => this.now());
      },
      Math.max(0, this.drawn + PAUSE - performance.now()),
    );
  }

  now() {
    this.drawBar();
    const specs = this.specs();
    for (const [id, { chart, card }] of this.charts)
      if (!specs.some((spec) => spec.id === id)) {
        chart.end();
        card.remove();
        this.charts.delete(id);
      }
    specs.forEach((spec, place) => {
      const { chart, card } = this.charts.get(spec.id) ?? this.make(spec);
      if (this.grid.children[place] !== card)
        this.grid.insertBefore(card, this.grid.children[place]);
      /** @type {HTMLElement} */ (card.querySelector("h2")).textContent = spec.title;
      chart.show(spec.curves, this.way);
    });
    this.nothing.hidden = specs.length > 0;
    this.drawn = performance.now();
  }

  /** @param {Spec} spec */
  make(spec) {
    const card = document.createElement("section");
    card.className = "card chart-card";
    const head = document.createElement("h2");
    const note = document.createElement("span");
    [head.textContent, note.textContent, note.className] = [
      spec.title,
      spec.note ?? "",
      "dim small",
    ];
    const title = document.createElement("div");
    title.className = "chart-title";
    title.append(head, note);
    const place = document.createElement("div");
    card.append(title, place);
    const chart = new Chart(place, {
      label: spec.title,
      fraction: spec.fraction,
      zoom: (range) => this.change({ range }),
    });
    const made = { chart, card };
    this.charts.set(spec.id, made);
    return made;
  }

  /** @param {Partial<import("./chart.js").Way>} part */
  change(part) {
    this.way = { ...this.way, ...part };
    requestAnimationFrame(() => this.now());
  }

  drawBar() {
    const { log, smoothing, range, unit = "images" } = this.way;
    const at = SMOOTHINGS.indexOf(smoothing);
    render(
      html`<div class="chart-bar">
      <button class="button small" type="button" aria-pressed=${log}
        @click=${() => this.change({ log: !log })}>Logarithmic</button>
      <label class="chart-smooth small">Smoothing <input type="range" min="0" step="1"
        max=${SMOOTHINGS.length - 1} .value=${String(at)} aria-valuetext=${smoothing || "none"}
        @input=${(/** @type {InputEvent} */ event) =>
          this.change({
            smoothing: SMOOTHINGS[Number(/** @type {any} */ (event.target).value)],
          })}></label>
      ${this.extra()}
      <button class="button small" type="button" ?hidden=${!range}
        @click=${() => this.change({ range: null })}>${icon("fit")}Show all</button>
      <span class="small dim">${
        range ? `${short(range[0])} to ${short(range[1])} ${unit}` : HINT
      }</span></div>`,
      this.bar,
    );
  }
}
