// @ts-check
// The training pictures that are nearest to what is shown.
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { doing, fault, progressBar, segments } from "../components/parts.js";
import { counted, significant } from "../components/text.js";
import { streamed } from "../streamed.js";

/** @typedef {import("./play.js").Play} Play */

const PAUSE = 400;

export class Nearest {
  /** @param {Play} play */
  constructor(play) {
    this.play = play;
    this.features = "pixels";
    /** @type {any} */
    this.found = null;
    /** @type {unknown} */
    this.error = null;
    /** @type {{done: number, total: number} | null} */
    this.step = null;
    this.busy = false;
    this.asked = "";
    this.timer = 0;
    this.stopping = new AbortController();
  }

  /** Look, when the hand rests. */
  renew() {
    const { spot, checkpoint, path } = this.play;
    const body = { spot, features: this.features, checkpoint };
    const asked = JSON.stringify(body);
    if (asked === this.asked) return;
    this.asked = asked;
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.look(`${path}/nearest`, body), this.found ? PAUSE : 0);
  }

  /** @param {string} path @param {any} body */
  async look(path, body) {
    this.stopping.abort();
    this.stopping = new AbortController();
    const { signal } = this.stopping;
    const progress = (/** @type {number} */ done, /** @type {number} */ total) => {
      this.step = { done, total };
      this.play.changed();
    };
    this.busy = true;
    this.play.changed();
    try {
      await this.play.findAll([body.spot]);
      const found = await streamed(path, body, { progress, signal });
      if (signal.aborted) return;
      [this.found, this.error] = [found, null];
    } catch (error) {
      if (signal.aborted) return;
      this.error = error;
    }
    [this.busy, this.step] = [false, null];
    this.play.changed();
  }

  template() {
    this.renew();
    const [, , channels] = this.play.network.pictures;
    return html`<div class="row apart">${segments(
      "Nearest by",
      [
        ["pixels", "By pixels"],
        ...(channels === 1 ? [/** @type {[string, string]} */ (["digits", "By features of digits"])] : []),
      ],
      this.features,
      (features) => {
        this.features = features;
        this.play.changed();
      },
    )}</div>
    <p class="small dim">Among what the network was trained on. Below each is its distance, and in brackets how far that
      picture is from its own nearest other: what is much nearer than that is a copy.</p>
    ${this.error ? fault(this.error) : nothing}
    ${this.step ? progressBar({ share: this.step.done / this.step.total, label: "Looking at the training pictures" }) : nothing}
    ${this.found ? this.list() : this.busy ? doing("Looking at the training pictures") : nothing}`;
  }

  list() {
    const { nearest, compared, available } = this.found;
    return html`<ul class="play-grid ${this.busy ? "play-old" : ""}">${nearest.map(
      (/** @type {any} */ each) => html`<li class="play-card"><img class="play-pixels" src=${each.url}
        alt="Training picture ${each.index}"><span class="small dim numbers">${significant(each.distance)} (${significant(each.usual)})</span></li>`,
    )}</ul><p class="small dim">Of ${counted(compared)}${
      available > compared ? ` chosen from ${counted(available)}` : ""
    } training pictures.</p>`;
  }

  end() {
    clearTimeout(this.timer);
    this.stopping.abort();
  }
}
