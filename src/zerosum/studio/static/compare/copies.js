// @ts-check
// What runs repeat of what they were trained on: near copies, and the pairs to look at.
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { fault, progressBar } from "../components/parts.js";
import { counted } from "../components/text.js";
import { streamed } from "../streamed.js";
import { networks } from "../use/networks.js";
import { placeIn, swatch } from "./scores.js";

/**
 * @typedef {object} Found
 * @property {number} share of near copies
 * @property {number} error
 * @property {number} expected
 * @property {string} features
 * @property {number} generated
 * @property {number} compared
 * @property {number} images_seen
 * @property {{picture: string, original: string, distance: number, is_copy: boolean}[]} pairs
 */
/** @typedef {{share: number | null, found?: Found, error?: unknown, isBusy: boolean}} Look */

export class Copies {
  /** @param {() => void} changed told when this is to be drawn anew */
  constructor(changed) {
    this.changed = changed;
    /** @type {Map<string, Look>} */
    this.looks = new Map();
    /** @type {string[]} Those that wait; one is looked at at a time. */
    this.waiting = [];
    this.isBusy = false;
    this.stopping = new AbortController();
    /** @type {Set<string> | null} */
    this.able = null;
    networks()
      .then((all) => {
        this.able = new Set(
          all
            .filter(({ run, abilities }) => run !== null && makesPictures(abilities))
            .map(({ key }) => key),
        );
      })
      .catch(() => (this.able = new Set()))
      .finally(changed);
  }

  end() {
    this.waiting = [];
    this.stopping.abort();
  }

  /** @param {string[]} names */
  look(names) {
    for (const name of names) {
      if (this.looks.get(name)?.isBusy) continue;
      this.looks.set(name, { share: null, isBusy: true });
      this.waiting.push(name);
    }
    this.changed();
    if (!this.isBusy) this.work();
  }

  async work() {
    this.isBusy = true;
    for (let name = this.waiting.shift(); name !== undefined; name = this.waiting.shift())
      this.looks.set(name, await this.lookAt(name));
    this.isBusy = false;
    this.changed();
  }

  /** @param {string} name @returns {Promise<Look>} */
  async lookAt(name) {
    const progress = (/** @type {number} */ done, /** @type {number} */ total) => {
      this.looks.set(name, { share: done / total, isBusy: true });
      this.changed();
    };
    const { signal } = this.stopping;
    try {
      const path = `/networks/${encodeURIComponent(name)}/memorised`;
      const found = await streamed(path, {}, { progress, signal });
      return { share: 1, found, isBusy: false };
    } catch (error) {
      return { share: null, error: signal.aborted ? undefined : error, isBusy: false };
    } finally {
      this.changed();
    }
  }

  /** Stop, and keep what was found. */
  cancel() {
    this.end();
    this.stopping = new AbortController();
    for (const [name, look] of this.looks) if (look.isBusy) this.looks.delete(name);
    this.changed();
  }

  /** @param {import("./scores.js").Places} places */
  template(places) {
    const able = [...places.keys()].filter((name) => this.able?.has(name));
    if (!able.length) return nothing;
    const isBusy = able.some((name) => this.looks.get(name)?.isBusy);
    return html`<section class="stack compare-part" aria-labelledby="copies"><h2 id="copies">Near copies of training pictures</h2>
      <p class="dim compare-lead">A thousand pictures of each run are compared with those that it was trained on, by the
        features that score it. A copy is nearer to a training picture than all but 1 % of the training pictures
        are to another; so about 1 % is what chance gives.</p>
      <div class="row"><button class="button primary" type="button" ?disabled=${isBusy}
        @click=${() => this.look(able)}>Look for copies</button>${
          isBusy
            ? html`<button class="button" type="button" @click=${() => this.cancel()}>Cancel</button>`
            : nothing
        }</div>
      ${able.map((name) => lookOf(name, placeIn(places, name), this.looks.get(name)))}</section>`;
  }
}

/** @param {string[]} abilities */
const makesPictures = (abilities) => abilities.includes("generate") || abilities.includes("sample");

/** @param {string} name @param {number} place @param {Look | undefined} look */
function lookOf(name, place, look) {
  if (!look || !(look.isBusy || look.found || look.error)) return nothing;
  return html`<article class="card compare-copies">
    <h3 class="compare-name">${swatch(place)}<span class="clip">${name}</span></h3>
    ${look.isBusy ? progressBar({ share: look.share, label: `Looking at ${name}` }) : nothing}
    ${look.error ? fault(look.error) : nothing}${look.found ? foundOf(look.found) : nothing}</article>`;
}

/** @param {Found} found */
function foundOf({ share, error, expected, features, generated, compared, images_seen: seen, pairs }) {
  const isMore = share - 2 * error > expected;
  return html`<p role="status"><b class="numbers ${isMore ? "warn" : ""}">${percent(share)} ± ${percent(error)}</b>
      are near copies, ${isMore ? "more than" : "no more than"} the ${percent(expected)} that chance gives.
      <span class="small dim">${counted(generated)} pictures after ${counted(seen)} images, against ${counted(
        compared,
      )} training pictures by ${features}.</span></p>
    <p class="small dim">The nearest pairs: left generated, right from the training pictures.</p>
    <ul class="compare-pairs">${pairs.map(
      ({ picture, original, distance, is_copy: isCopy }) => html`<li class=${isCopy ? "copy" : ""}>
        <span><img src=${picture} alt="Generated"><img src=${original} alt="Nearest training picture"></span>
        <span class="small numbers ${isCopy ? "warn" : "dim"}">${distance.toPrecision(3)}${
          isCopy ? ", near" : ""
        }</span></li>`,
    )}</ul>`;
}

/** @param {number} share */
const percent = (share) => `${(100 * share).toFixed(1)} %`;
