// @ts-check
// Times of recipes on this machine: measured for what is on the screen, one after the other.
import * as api from "../api.js";
import { whyNotMeasured } from "./busy.js";
import { messageOf } from "../components/parts.js";

/** @typedef {import("./recipes.js").Recipe} Recipe */

const effort = (/** @type {Recipe} */ { weights, size }) => weights * size[0] * size[1];

export class Measuring {
  /** @param {() => void} changed called when there is something new to show */
  constructor(changed) {
    this.changed = changed;
    /** @type {Recipe[]} */
    this.waiting = [];
    /** @type {Recipe | null} */
    this.current = null;
    /** @type {Map<string, string>} why a recipe has no time */
    this.faults = new Map();
    /** Why nothing is measured: the library's words, or that the reader wants none. */
    this.paused = "";
    this.leaving = new AbortController();
    this.seen = new IntersectionObserver((entries) => this.look(entries), { rootMargin: "80px" });
    /** @type {Map<Element, Recipe>} */
    this.cards = new Map();
  }

  /** Measure a recipe when its card is on the screen. @param {Element | undefined} card @param {Recipe} recipe */
  watch(card, recipe) {
    if (!card || this.cards.get(card) === recipe) return;
    this.cards.set(card, recipe);
    this.seen.unobserve(card);
    this.seen.observe(card);
  }

  /** @param {IntersectionObserverEntry[]} entries */
  look(entries) {
    for (const { target, isIntersecting } of entries) {
      const recipe = this.cards.get(target);
      if (!recipe || recipe.seconds !== null || this.faults.has(recipe.name)) continue;
      this.waiting = this.waiting.filter((each) => each !== recipe);
      if (isIntersecting && recipe !== this.current) this.waiting.push(recipe);
    }
    this.next();
  }

  async next() {
    if (this.current || this.paused || this.leaving.signal.aborted || !this.waiting.length) return;
    this.paused = whyNotMeasured();
    if (this.paused) return this.changed();
    // Small ones first: a large one takes a minute, and who waits for it sees the others.
    const [recipe] = this.waiting.sort((one, other) => effort(one) - effort(other));
    this.waiting = this.waiting.filter((each) => each !== recipe);
    this.current = recipe;
    this.changed();
    const { signal } = this.leaving;
    try {
      const path = `/recipes/${recipe.name}/estimate`;
      recipe.seconds = (await api.post(path, { fields: {} }, { signal })).seconds;
    } catch (error) {
      if (signal.aborted) return;
      // Something is being trained: it is measured another time, and so are all others.
      if (/** @type {any} */ (error).status === 409) this.paused = messageOf(error);
      else this.faults.set(recipe.name, messageOf(error));
    }
    this.current = null;
    this.changed();
    this.next();
  }

  /** Stop measuring, what is being measured as well. */
  cancel() {
    this.paused = "You stopped measuring.";
    this.leaving.abort();
    this.leaving = new AbortController();
    this.current = null;
    this.changed();
  }

  /** Measure again what is on the screen. */
  again() {
    this.paused = "";
    for (const card of this.cards.keys()) {
      this.seen.unobserve(card);
      this.seen.observe(card);
    }
    this.changed();
  }

  /** The reader leaves. */
  end() {
    this.leaving.abort();
    this.seen.disconnect();
  }
}
