// @ts-check
// What a run will take: measured by a few of its rounds, when it is known what it is.
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { doing } from "../components/parts.js";
import { bytes, duration, short } from "../components/text.js";
import { messageOf } from "../components/parts.js";
import { studio } from "../store/studio.js";
import { whyNotMeasured } from "./busy.js";
import * as api from "../api.js";

const PAUSE = 900;
const CLIENT = `new-${Math.random().toString(36).slice(2)}`;

/** @typedef {import("./filled.js").Filled} Filled */

export class Costs {
  /** @param {Filled} filled @param {import("./recipes.js").Recipe} recipe @param {() => void} changed */
  constructor(filled, recipe, changed) {
    this.filled = filled;
    this.recipe = recipe;
    this.changed = changed;
    /** @type {any} */
    this.found = null;
    /** For how many images it was found. */
    this.images = 0;
    /** @type {string | null} */
    this.error = null;
    this.busy = false;
    this.asked = "";
    this.timer = 0;
    this.asking = new AbortController();
  }

  /** Measure in a while, unless it is known. */
  later() {
    const values = JSON.stringify(this.filled.values);
    if (values === this.asked) return;
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => {
      this.error = whyNotMeasured() || null;
      if (this.error) this.changed();
      else this.measure();
    }, PAUSE);
  }

  async measure() {
    this.stop();
    const fields = this.filled.values;
    this.asked = JSON.stringify(fields);
    const { signal } = this.asking;
    [this.busy, this.error] = [true, null];
    this.changed();
    try {
      const path = `/recipes/${this.recipe.name}/estimate`;
      const headers = { "X-Client": CLIENT };
      const images = Number(this.filled.value("images"));
      this.found = await api.post(path, { fields }, { signal, headers });
      this.images = images;
    } catch (error) {
      if (signal.aborted) return;
      [this.found, this.error] = [null, messageOf(error)];
    }
    this.busy = false;
    this.changed();
  }

  stop() {
    this.asking.abort();
    this.asking = new AbortController();
    this.busy = false;
    this.changed();
  }

  template() {
    const again = html`<button class="button small" type="button" @click=${() => this.measure()}>Measure</button>`;
    return html`<div class="stack new-costs">
      <div class="row apart"><h2>What it takes</h2>${
        this.busy
          ? html`<button class="button small" type="button" @click=${() => this.stop()}>Stop measuring</button>`
          : again
      }</div>
      <div class="new-doing small">${this.busy ? doing("Preparing, and playing a few rounds") : nothing}</div>
      ${this.error ? html`<p class="note warn small" role="status">${this.error}</p>` : nothing}
      ${this.numbers()}
      ${(this.found?.notes ?? []).map((/** @type {string} */ each) => html`<p class="note warn small">${each}</p>`)}
    </div>`;
  }

  numbers() {
    const images = Number(this.filled.value("images"));
    const { found } = this;
    const known = found && { seconds: found.seconds, total_images: this.images };
    const seconds = guess(known ?? this.recipe, images);
    const time = seconds === null ? "not measured" : `about ${duration(seconds)}`;
    const free = studio.value?.disk?.free;
    const rows = [["Time", `${time}, for ${short(images)} images`]];
    const weights = found?.players.reduce((sum, each) => sum + each.weights, 0);
    rows.push(["Memory", found?.memory ? `${bytes(found.memory)} of ${bytes(found.free_memory)} that are free` : "–"]);
    rows.push(["Disk", found ? `${bytes(found.disk)}${free ? ` of ${bytes(free)} that are free` : ""}` : "–"]);
    rows.push(["Networks", found ? `${short(weights)} weights` : "–"]);
    return html`<dl class="new-numbers numbers">${rows.map(
      ([what, value]) => html`<dt class="dim">${what}</dt><dd>${value}</dd>`,
    )}</dl>`;
  }

  end() {
    clearTimeout(this.timer);
    this.asking.abort();
  }
}

/**
 * The time for some images by that for others.
 * @param {{seconds: number | null, total_images: number}} known @param {number} images
 */
const guess = ({ seconds, total_images: total }, images) =>
  seconds === null || !total || !Number.isFinite(images) ? null : (seconds * images) / total;
