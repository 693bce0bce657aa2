// @ts-check
// What the page asks of the classifier: classes, slopes, attacks; each follows the hand.
import * as api from "../api.js";
import { CLIENT, streamed } from "../streamed.js";
import { Latest } from "../use/latest.js";

/** @typedef {import("./bars.js").Likely} Likely */
/** @typedef {{classes: Likely[], seen: string, height: number, width: number, channels: number}} Said */
/** @typedef {{gradient: string, largest: number, label: number, name: string, loss: number}} Slope */
/**
 * @typedef {object} Attacked
 * @property {string} original @property {string} change @property {string} attacked
 * @property {string} noise_change @property {string} noise @property {number} factor
 * @property {{original: Likely[], attacked: Likely[], noise: Likely[]}} answers
 * @property {number} label @property {boolean} fooled @property {boolean} kept
 * @property {boolean} noise_fooled @property {number} linf @property {number} l2
 */
/** @typedef {{name: string, norms: string[], minimal: boolean, slow: boolean}} Attack */
/** @typedef {{run: string, epsilon: number, target: number | null}} Learnt */
/**
 * @typedef {object} Attackable
 * @property {string} classifier @property {string | null} learned
 * @property {string[]} classes @property {Attack[]} attacks @property {Learnt[]} learnt
 */
/**
 * @typedef {object} AttackBody
 * @property {string} picture @property {string} [attack] @property {string | null} learned
 * @property {string} norm @property {number} epsilon @property {number | null} target
 * @property {number} seed
 */

/** @param {string} key */
export const networkApi = (key) => `/networks/${encodeURIComponent(key)}`;

export class Attacking {
  /**
   * @param {string} key the classifier's
   * @param {{take: (found: Attacked, body: AttackBody) => void, fail: (error: unknown) => void,
   *   isSlow: (body: AttackBody) => boolean, changed: () => void}} how
   */
  constructor(key, how) {
    this.key = key;
    this.how = how;
    this.latest = this.make();
    /** @type {AttackBody | null} */
    this.last = null;
    this.began = 0;
  }

  get isBusy() {
    return this.latest.isBusy;
  }

  make() {
    /** @type {Latest<AttackBody, Attacked>} */
    const latest = new Latest(
      (body, signal) => this.send(body, signal),
      (found, body) => this.how.take(found, body),
      (error) => this.how.fail(error),
    );
    return latest;
  }

  /** @param {AttackBody} body @param {AbortSignal} signal @returns {Promise<Attacked>} */
  send(body, signal) {
    const path = `${networkApi(this.key)}/attacked`;
    this.began = performance.now();
    if (this.how.isSlow(body)) return streamed(`${path}/stream`, body, { signal });
    return api.post(path, body, { signal, headers: CLIENT });
  }

  /** @param {AttackBody} body */
  ask(body) {
    // Nobody waits for a slow one to end whose result is not wanted any more; one that looks for the
    // smallest change is of use for every ε.
    const only = this.last && { ...this.last, epsilon: body.epsilon };
    if (this.isBusy && this.last && this.how.isSlow(this.last) && !same(only, body)) this.stop();
    this.last = body;
    this.latest.ask(body);
  }

  stop() {
    this.latest.end();
    this.latest = this.make();
    this.how.changed();
  }

  end() {
    this.latest.end();
  }
}

/** @param {unknown} one @param {unknown} other */
const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);
