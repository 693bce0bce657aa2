// @ts-check
// A walk between the pictures that were put aside: live, with frames asked for ahead, and as a file.
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { live } from "../vendor/lit-html/directives/live.js";
import * as api from "../api.js";
import { icon } from "../components/icons.js";
import { fault, progressBar, segments } from "../components/parts.js";
import { toast } from "../components/toast.js";
import { streamed } from "../streamed.js";
import { headersOf } from "./play.js";

/** @typedef {import("./play.js").Play} Play */

const RATE = 25;
const AHEAD = 50;
const AT_ONCE = 16;

export class Walk {
  /** @param {Play} play @param {(saved: any) => void} added @param {() => Record<string, any>} state */
  constructor(play, added, state) {
    [this.play, this.added, this.state] = [play, added, state];
    this.frames = 25;
    this.suffix = ".gif";
    this.at = 0;
    this.playing = false;
    /** @type {string[]} */
    this.pictures = [];
    /** @type {unknown} */
    this.error = null;
    this.of = "";
    /** @type {AbortSignal | null} what is being loaded for */
    this.busy = null;
    this.loading = new AbortController();
    /** @type {AbortController | null} */
    this.saving = null;
    /** @type {{done: number, total: number} | null} */
    this.step = null;
    this.frame = 0;
    this.begun = 0;
  }

  get total() {
    return this.play.tray.length * this.frames;
  }

  get stops() {
    return this.play.tray.map(({ spot }) => spot);
  }

  /** Begin anew, if the pictures or their number are others. */
  renew() {
    const of = JSON.stringify([this.frames, this.stops]);
    if (of === this.of) return;
    this.of = of;
    this.loading.abort();
    this.loading = new AbortController();
    [this.pictures, this.error, this.at] = [[], null, 0];
    if (this.stops.length < 2) this.pause();
    else this.load(AT_ONCE);
  }

  /** Ask for frames up to a number, one lot after the other. @param {number} until */
  async load(until) {
    const { signal } = this.loading;
    if (this.busy === signal) return;
    this.busy = signal;
    try {
      while (this.pictures.length < Math.min(until, this.total)) {
        const first = this.pictures.length;
        const body = {
          stops: this.stops,
          frames: this.frames,
          first,
          count: AT_ONCE,
          checkpoint: this.play.checkpoint,
        };
        await this.play.findAll(body.stops);
        const headers = headersOf("walk");
        const answer = await api.post(`${this.play.path}/walk`, body, { signal, headers });
        if (signal.aborted) return;
        this.pictures.push(...answer.pictures);
        this.play.changed();
      }
    } catch (error) {
      if (signal.aborted) return;
      this.error = error;
      this.pause();
    } finally {
      if (this.busy === signal) this.busy = null;
    }
  }

  start() {
    this.playing = true;
    this.begun = performance.now() - (1000 * this.at) / RATE;
    const tick = () => {
      if (!this.playing) return;
      const wanted = Math.floor(((performance.now() - this.begun) * RATE) / 1000);
      if (wanted % this.total < this.pictures.length) this.at = wanted % this.total;
      else this.begun = performance.now() - (1000 * this.at) / RATE; // It waits for frames.
      this.load(this.at + AHEAD);
      this.play.changed();
      this.frame = requestAnimationFrame(tick);
    };
    tick();
  }

  pause() {
    this.playing = false;
    cancelAnimationFrame(this.frame);
    this.play.changed();
  }

  /** @param {number} at */
  go(at) {
    this.pause();
    this.at = at;
    this.load(at + AT_ONCE);
  }

  /** The frame that is shown; nothing before there is one. */
  get picture() {
    return this.pictures[Math.min(this.at, this.pictures.length - 1)] ?? "";
  }

  template() {
    this.renew();
    if (this.stops.length < 2)
      return html`<p class="dim">A walk leads from picture to picture and back to the first. Put at least two aside:
        choose some, and press “Put aside”.</p>`;
    const put = (/** @type {any} */ event) => {
      this.frames = Number(event.target.value);
      this.play.changed();
    };
    return html`<div class="play-walk"><img class="play-pixels play-frame" src=${this.picture || nothing}
        alt=${`Frame ${this.at + 1} of ${this.total}`}>
      <div class="stack"><div class="row"><button class="button icon" type="button"
          aria-label=${this.playing ? "Pause" : "Play the walk"}
          @click=${() => (this.playing ? this.pause() : this.start())}>${icon(this.playing ? "pause" : "play")}</button>
        <input class="grow" type="range" min="0" max=${this.total - 1} aria-label="Frame" .value=${live(String(this.at))}
          @input=${(/** @type {any} */ event) => this.go(Number(event.target.value))}>
        <output class="numbers small dim">${this.at + 1} / ${this.total}</output></div>
      <div class="field"><label for="play-frames">Frames from picture to picture: ${this.frames}</label>
        <input id="play-frames" type="range" min="5" max="100" step="5" .value=${live(String(this.frames))}
          @change=${put}></div>
      ${this.error ? fault(this.error) : nothing}
      ${this.saver()}</div></div>`;
  }

  saver() {
    if (this.saving)
      return html`<div class="row"><span class="grow">${progressBar({
        share: this.step ? this.step.done / this.step.total : null,
        label: "Writing the walk",
      })}</span><button class="button" type="button" @click=${() => this.saving?.abort()}>Cancel</button></div>`;
    return html`<div class="row">${segments(
      "Kind of file",
      [
        [".gif", "GIF"],
        [".mp4", "MP4"],
      ],
      this.suffix,
      (suffix) => {
        this.suffix = suffix;
        this.play.changed();
      },
    )}<button class="button" type="button" @click=${() => this.save()}>${icon("save")}<span>Save the walk</span></button></div>`;
  }

  async save() {
    const saving = new AbortController();
    this.saving = saving;
    this.play.changed();
    const progress = (/** @type {number} */ done, /** @type {number} */ total) => {
      this.step = { done, total };
      this.play.changed();
    };
    const body = {
      stops: this.stops,
      frames: this.frames,
      checkpoint: this.play.checkpoint,
      seconds: this.total / RATE,
      suffix: this.suffix,
      title: `Walk by ${this.stops.length} pictures`,
      state: this.state(),
    };
    try {
      const path = `${this.play.path}/walk/save`;
      this.added(await streamed(path, body, { progress, signal: saving.signal }));
      toast("The walk is saved.", { kind: "good" });
    } catch (error) {
      if (!saving.signal.aborted) this.error = error;
    }
    [this.saving, this.step] = [null, null];
    this.play.changed();
  }

  end() {
    this.playing = false;
    cancelAnimationFrame(this.frame);
    this.loading.abort();
    this.saving?.abort();
  }
}
