// @ts-check
// The pictures follow the hand: some steps after each change, and some more while it rests.
import * as api from "../api.js";
import { CLIENT } from "../streamed.js";
import { Latest } from "../use/latest.js";

/** @typedef {import("./drawing.js").Drawing} Drawing */
/** @typedef {{first: boolean, exact?: boolean}} Round `exact`: the pictures of the points, as they are */

/** Steps after a change, in several answers: then the pictures are as good as at rest. */
const ENOUGH = 100;
/** Steps of the first answer; how long one may take, in ms; and how few or many steps that is. */
const [STEPS, QUICK, LEAST, MOST] = [12, 350, 2, 20];

export class Following {
  /**
   * @param {string} key of the network @param {Drawing} drawing
   * @param {() => void} changed told when there is something new to show
   */
  constructor(key, drawing, changed) {
    [this.drawing, this.changed] = [drawing, changed];
    this.path = `/networks/${encodeURIComponent(key)}/draw`;
    /** @type {unknown} */
    this.error = null;
    this.taken = 0;
    /** Steps of an answer from new starts, and of one that goes on. */
    this.steps = { first: STEPS, more: STEPS };
    /** @type {string | null} the picture on the way, where it is no candidate */
    this.between = null;
    /** @type {Latest<Round, any>} */
    this.latest = new Latest(
      (round, signal) => this.send(round, signal),
      (answer) => this.take(answer),
      (error) => this.fail(error),
    );
    /** @type {Latest<object, {image: string}>} */
    this.showing = new Latest(
      (body, signal) => api.post(`${this.path}/between`, body, { signal, headers: CLIENT }),
      ({ image }) => {
        this.between = image;
        this.changed();
      },
      (error) => this.fail(error),
    );
  }

  get isBusy() {
    return this.latest.isBusy || this.showing.isBusy;
  }

  /** What has changed is to be followed. */
  follow() {
    this.taken = 0;
    this.latest.ask({ first: true });
    this.changed();
  }

  /** The candidates are to be shown as they are. */
  showExactly() {
    this.taken = ENOUGH;
    this.latest.ask({ first: false, exact: true });
  }

  /** @param {Round} round @param {AbortSignal} signal */
  async send(round, signal) {
    // Read only now: what came meanwhile is gone on with.
    const kind = round.first ? "first" : "more";
    const body = this.drawing.asked({ ...round, steps: round.exact ? 0 : this.steps[kind] });
    const began = performance.now();
    const answer = await api.post(this.path, body, { signal, headers: CLIENT });
    if (body.steps) this.keepPace(kind, performance.now() - began);
    this.taken += body.steps;
    return answer;
  }

  /** Take so many steps that the hand need not wait. @param {"first" | "more"} kind @param {number} took */
  keepPace(kind, took) {
    const steps = this.steps[kind];
    const wanted = (steps * QUICK) / Math.max(1, took);
    // Not all at once: one answer may be late for other reasons.
    this.steps[kind] = Math.min(MOST, Math.max(LEAST, Math.round((steps + wanted) / 2)));
  }

  /** @param {any} answer */
  take(answer) {
    const { drawing } = this;
    this.error = null;
    drawing.candidates = answer.candidates;
    drawing.background = answer.background;
    // A change that waits goes first.
    const more = drawing.all.length > 0 && this.taken < ENOUGH;
    if (more && !this.latest.next) this.latest.ask({ first: false });
    this.show();
  }

  /** Have the picture shown that is wanted: a candidate, or one on the way to it. */
  show() {
    const wanted = this.drawing.between;
    if (wanted && !this.drawing.asItCame) this.showing.ask(wanted);
    else this.between = null;
    this.changed();
  }

  /** @param {unknown} error */
  fail(error) {
    this.error = error;
    this.changed();
  }

  /** The address of the picture that is shown. */
  get image() {
    return (this.drawing.asItCame ? null : this.between) ?? this.drawing.shown?.image ?? "";
  }

  /** @param {string} title @returns {Promise<import("../use/saved.js").Saved>} */
  save(title) {
    const { drawing } = this;
    const body = { ...drawing.between, title, strokes: drawing.strokes.length, state: drawing.state() };
    return api.post(`${this.path}/saved`, body);
  }

  end() {
    this.latest.end();
    this.showing.end();
  }
}
