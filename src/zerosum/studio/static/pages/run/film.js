// @ts-check
// What a run made over time: one picture, a slider through time, and a strip of all.
import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import { repeat } from "../../vendor/lit-html/directives/repeat.js";
import { empty } from "../../components/parts.js";
import { runFile, sharpen } from "../../components/picture.js";
import { counted } from "../../components/text.js";
import { view } from "../../components/view.js";
import { button, zoomInto } from "../../components/zoom.js";
import { shortcut } from "../../shell/keys.js";

/** @typedef {import("../../store/history.js").Sample} Sample */

const STRIP = 12;
const PACE = 160;

export class Film {
  /** @param {HTMLElement} root @param {string} name of the run */
  constructor(root, name) {
    this.root = root;
    this.name = name;
    /** @type {Sample[]} */
    this.samples = [];
    this.at = -1;
    this.playing = false;
    this.live = true;
    /** What is shown, which follows what is wanted as soon as it is decoded. */
    this.address = "";
    this.view = view(root, () => this.template());
    this.ends = [
      shortcut("ArrowLeft", "Earlier pictures", () => this.go(this.at - 1)),
      shortcut("ArrowRight", "Later pictures", () => this.go(this.at + 1)),
      shortcut("p", "Play the pictures", () => this.play()),
      shortcut("z", "Look at the pictures closely", () => this.zoom()),
    ];
    this.view.now();
  }

  end() {
    this.playing = false;
    for (const end of this.ends) end();
    this.view.end();
  }

  /** @param {boolean} live whether more may come */
  tell(live) {
    if (live === this.live) return;
    this.live = live;
    this.view.draw();
  }

  /** @param {Sample[]} samples */
  show(samples) {
    if (samples === this.samples) return;
    const newest = this.at === this.samples.length - 1;
    this.samples = samples;
    if (newest || this.at >= samples.length) this.go(samples.length - 1);
    else this.view.draw();
  }

  /** @param {number} at */
  addressOf(at) {
    return runFile(this.name, this.samples[at].file);
  }

  /** @param {number} at */
  captionOf(at) {
    return `after ${counted(this.samples[at].images)} images`;
  }

  /** @param {number} at */
  async go(at) {
    if (!this.samples.length) return;
    this.at = Math.max(0, Math.min(this.samples.length - 1, at));
    this.view.draw();
    const address = this.addressOf(this.at);
    const image = new Image();
    image.src = address;
    // The picture before stays until this one can be shown at once.
    await image.decode().catch(() => {});
    if (this.samples[this.at] && this.addressOf(this.at) === address) {
      this.address = address;
      this.view.draw();
    }
  }

  async play() {
    this.playing = !this.playing;
    if (this.playing && this.at === this.samples.length - 1) await this.go(0);
    this.view.draw();
    while (this.playing && this.at < this.samples.length - 1) {
      await new Promise((resolve) => setTimeout(resolve, PACE));
      if (this.playing) await this.go(this.at + 1);
    }
    this.playing = false;
    this.view.draw();
  }

  async zoom() {
    if (!this.samples.length) return;
    this.playing = false;
    const at = await zoomInto({
      count: this.samples.length,
      at: this.at,
      address: (place) => this.addressOf(place),
      caption: (place) => this.captionOf(place),
    });
    this.go(at);
  }

  template() {
    const count = this.samples.length;
    if (!count)
      return html`<section class="card film">${empty({
        icon: "pictures",
        title: this.live ? "No pictures yet" : "No pictures",
        text: this.live
          ? "The first samples appear when the training has begun."
          : "It has drawn none. Games that make no pictures, such as classifiers, never do.",
      })}</section>`;
    return html`<section class="card film" aria-label="Samples over time">
      <button class="film-picture" type="button" aria-label="Look closer" title="Look closer (z)"
        @click=${() => this.zoom()}>${
          this.address
            ? html`<img src=${this.address} alt="Samples ${this.captionOf(this.at)}"
              @load=${sharpen}>`
            : nothing
        }</button>
      <div class="film-bar">
        ${button("left", "Earlier", () => this.go(this.at - 1), this.at <= 0)}
        ${button(
          this.playing ? "pause" : "play",
          this.playing ? "Pause" : "Play",
          () => this.play(),
          count < 2,
        )}
        ${button("right", "Later", () => this.go(this.at + 1), this.at >= count - 1)}
        <input type="range" min="0" max=${count - 1} .value=${String(this.at)}
          ?disabled=${count < 2}
          aria-label="Time" aria-valuetext=${this.captionOf(this.at)}
          @input=${(/** @type {InputEvent} */ event) =>
            this.go(Number(/** @type {HTMLInputElement} */ (event.target).value))}></div>
      <p class="row apart small numbers"><span>${this.captionOf(this.at)}</span><span class="dim"
        >${counted(this.at + 1)} of ${counted(count)}</span></p>
      ${count > 1 ? this.strip() : nothing}</section>`;
  }

  /** A few of all, evenly over time: more cannot be told apart. */
  strip() {
    const count = this.samples.length;
    const shown = Math.min(count, STRIP);
    const places = Array.from({ length: shown }, (_, place) =>
      Math.round((place * (count - 1)) / Math.max(1, shown - 1)),
    );
    const nearest = places.reduce(
      (a, b) => (Math.abs(b - this.at) < Math.abs(a - this.at) ? b : a),
      places[0],
    );
    return html`<div class="film-strip">${repeat(
      places,
      (place) => this.samples[place].file,
      (place) =>
        html`<button type="button" tabindex="-1" aria-hidden="true"
          class=${place === nearest ? "here" : ""}
        @click=${() => this.go(place)}><img src=${this.addressOf(place)} alt="" loading="lazy"
        decoding="async"></button>`,
    )}</div>`;
  }
}
