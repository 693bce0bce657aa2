// @ts-check
// A drawing as data: strokes with undo and redo, what lies below them, and what they led to.
// Places and sizes are shares of the picture's sides, as the library has them.

/** @typedef {[number, number]} Place */
/** @typedef {"colour" | "edge" | "warp" | "erase"} Tool */
/**
 * @typedef {{kind: "colour" | "edge" | "erase", places: Place[], width: number, colour: string}} Line
 * @typedef {{kind: "warp", centre: Place, end: Place, radius: number, source: string}} Warp
 * @typedef {Line | Warp} Stroke
 * @typedef {{image: string, point: string, origin: string, cost: number}} Candidate
 */
/**
 * What is edited: the picture of a point; `picture` is the id of the reader's own, of which `own`
 * is the form that the generator's pictures have.
 * @typedef {{point: string, picture: string | null, invert: boolean, own: string | null}} Base
 */

export const CANDIDATES = 6;

export class Drawing {
  constructor() {
    /** @type {Stroke[]} */
    this.strokes = [];
    /** @type {Stroke[][]} */
    this.past = [];
    /** @type {Stroke[][]} */
    this.future = [];
    /** @type {Stroke | null} the one that is being drawn */
    this.underWay = null;
    /** @type {Candidate[]} */
    this.candidates = [];
    /** Whether the first candidate was chosen, and so stays the first. */
    this.pinned = false;
    /** @type {Base | null} */
    this.base = null;
    /** @type {string | null} the colour of what is not painted */
    this.background = null;
    this.paper = 0.2;
    this.closeness = 0.1;
    /** How far on the way from where it began; and whether the reader's own picture is changed. */
    this.time = 1;
    this.transferred = false;
  }

  get all() {
    return this.underWay ? [...this.strokes, this.underWay] : this.strokes;
  }

  /** @returns {Candidate | undefined} */
  get shown() {
    return this.candidates[0];
  }

  /** @param {Stroke[]} strokes */
  become(strokes) {
    this.past = [...this.past, this.strokes];
    this.future = [];
    this.strokes = strokes;
  }

  finish() {
    if (this.underWay) this.become([...this.strokes, this.underWay]);
    this.underWay = null;
  }

  clear() {
    if (this.strokes.length) this.become([]);
    if (!this.base) this.pinned = false;
  }

  undo() {
    const before = this.past.pop();
    if (!before) return;
    this.future = [...this.future, this.strokes];
    this.strokes = before;
  }

  redo() {
    const after = this.future.pop();
    if (!after) return;
    this.past = [...this.past, this.strokes];
    this.strokes = after;
  }

  /** @param {number} index of the candidate that the drawing goes on with */
  choose(index) {
    const chosen = this.candidates[index];
    this.candidates = [chosen, ...this.candidates.filter((each) => each !== chosen)];
    this.pinned = true;
  }

  /** Begin anew, with nothing or with a picture below. @param {Base | null} base */
  begin(base) {
    [this.strokes, this.past, this.future, this.underWay] = [[], [], [], null];
    [this.base, this.candidates, this.pinned] = [base, [], base !== null];
    [this.time, this.transferred] = [1, Boolean(base?.picture)];
  }

  /**
   * What is asked: some steps, the first after a change from more starts.
   * @param {{first: boolean, steps: number}} round
   */
  asked({ first, steps }) {
    const strokes = this.all;
    const from = this.base ? [{ point: this.base.point, origin: this.base.point }] : [];
    // Without strokes nothing is to be approached: that is what is edited, or random pictures.
    const known = strokes.length && this.candidates.length ? this.candidates : from;
    const idle = this.base !== null && !strokes.length;
    return {
      strokes,
      points: known.map(({ point }) => point),
      origins: known.map(({ origin }) => origin),
      beside: !first || idle ? "none" : this.base ? "near" : "bank",
      keep_first: known.length > 0 && this.pinned,
      candidates: idle ? 1 : CANDIDATES,
      steps: strokes.length ? steps : 0,
      smoothness: this.base ? this.closeness : 0,
      paper: this.paper,
      ...this.below,
    };
  }

  /** What lies below, as the API is told. */
  get below() {
    const { base } = this;
    if (!base) return {};
    return base.picture ? { picture: base.picture, invert: base.invert } : { below: base.point };
  }

  /** The picture that is shown, as the API is told: on the way between two points. */
  get between() {
    const { base, shown } = this;
    if (!shown) return null;
    const own = base?.picture && this.transferred ? { picture: base.picture, invert: base.invert } : {};
    return { start: shown.origin, end: shown.point, time: this.time, ...own };
  }

  /** Whether the picture that is shown is the candidate as it came. */
  get asItCame() {
    return this.time === 1 && !(this.base?.picture && this.transferred);
  }

  /** What brings all this back. */
  state() {
    return {
      strokes: this.strokes,
      candidates: this.candidates.map(({ point, origin }) => ({ point, origin })),
      pinned: this.pinned,
      base: this.base && { ...this.base, own: null },
      ...{ paper: this.paper, closeness: this.closeness },
      ...{ time: this.time, transferred: this.transferred },
    };
  }

  /** @param {Record<string, any>} state what `state` gave */
  restore(state) {
    this.begin(state.base ?? null);
    this.strokes = state.strokes ?? [];
    this.candidates = (state.candidates ?? []).map((/** @type {any} */ each) => ({ ...each, image: "", cost: 0 }));
    this.pinned = Boolean(state.pinned);
    [this.paper, this.closeness] = [state.paper ?? 0.2, state.closeness ?? 0.1];
    [this.time, this.transferred] = [state.time ?? 1, Boolean(state.transferred)];
  }
}
