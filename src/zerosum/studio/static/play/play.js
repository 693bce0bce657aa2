// @ts-check
// The state of the page Play, and what it asks of the server.
import * as api from "../api.js";
import { Latest } from "../use/latest.js";
import { CLIENT, streamed } from "../streamed.js";
import { queryKeeper } from "../shell/router.js";
import { firstSpot, isSpot, queryOf, spotOf } from "./state.js";

/** @typedef {import("./state.js").Spot} Spot */
/** @typedef {{method: string, name: string, text: string}} Direction */

/**
 * @typedef {object} About
 * @property {number} images_seen
 * @property {[number, number, number]} shape
 * @property {string} symbol z, w, or nothing where there are no latents
 * @property {number} layers 0 without styles
 * @property {string[]} classes
 * @property {{least: number, most: number} | null} truncation
 * @property {string[]} methods
 */

const SETTLE = 250;

/** Calls of one part of a page, which do not cancel those of another. @param {string} part */
export const headersOf = (part) => ({ "X-Client": `${CLIENT["X-Client"]}-${part}` });

export class Play {
  /**
   * @param {import("../use/networks.js").Network} network @param {URLSearchParams} query
   * @param {() => void} changed soon
   * @param {() => void} come draws at once: a picture has come, which waits for no other frame
   */
  constructor(network, query, changed, come) {
    this.keepQuery = queryKeeper();
    this.network = network;
    [this.changed, this.come] = [changed, come];
    this.path = `/play/${encodeURIComponent(network.key)}`;
    const best = query.get("checkpoint") === "best" && network.checkpoints.includes("best");
    this.checkpoint = best ? "best" : network.checkpoints[0];
    /** @type {Spot} */
    this.spot = spotOf(query);
    /** @type {About | null} */
    this.about = null;
    /** @type {unknown} */
    this.error = null;
    /** The picture that is shown. */
    this.picture = "";
    this.seen = 0;
    /** Pictures that were put aside: for walks and tables. @type {{spot: Spot, url: string}[]} */
    this.tray = [];
    /** @type {Map<string, Direction[]>} */
    this.directions = new Map();
    /** @type {Map<string, Promise<void>>} */
    this.finding = new Map();
    /** @type {{done: number, total: number} | null} */
    this.step = null;
    this.settling = 0;
    this.stopping = new AbortController();
    this.latest = new Latest(
      (/** @type {Spot} */ spot, signal) => this.send(spot, signal),
      (answer) => this.take(answer),
      (error) => this.fail(error),
    );
    /** @type {Set<() => void>} told when another picture is chosen */
    this.watchers = new Set();
  }

  /** What the page is to be brought back to, by the address. */
  get query() {
    const checkpoint = this.checkpoint === "best" ? "best" : "";
    return { ...queryOf(this.spot), checkpoint, saved: "" };
  }

  async open() {
    try {
      const { signal } = this.stopping;
      /** @type {About} */
      const about = await api.get(this.path, { checkpoint: this.checkpoint }, { signal });
      // An address may be of another generator, or of one that had more classes.
      if ((this.spot.label ?? -1) >= about.classes.length) this.spot = { ...this.spot, label: null };
      this.about = about;
      this.latest.ask(this.spot);
    } catch (error) {
      this.fail(error);
    }
    this.changed();
  }

  /** Show another picture. @param {Spot} spot */
  show(spot) {
    this.spot = spot;
    this.latest.ask(spot);
    this.note();
    this.changed();
    for (const watcher of this.watchers) watcher();
  }

  /** @param {Partial<Spot>} part */
  change(part) {
    this.show({ ...this.spot, ...part });
  }

  /** Note in the address what is shown, when the hand rests: browsers allow few notes a second. */
  note() {
    clearTimeout(this.settling);
    this.settling = window.setTimeout(() => this.keepQuery(this.query), SETTLE);
  }

  /** @param {Spot} spot @param {AbortSignal} signal */
  async send(spot, signal) {
    await this.findAll([spot]);
    try {
      return await this.draw([spot], "picture", signal);
    } catch (error) {
      // After a run has saved again, directions are found anew.
      if (!spot.moves.length || signal.aborted || !(error instanceof api.ApiError)) throw error;
      this.directions.clear();
      await this.findAll([spot]);
      return this.draw([spot], "picture", signal);
    }
  }

  /**
   * Pictures of spots.
   * @param {Spot[]} spots @param {string} part of the page @param {AbortSignal} [signal]
   * @returns {Promise<{pictures: string[], images_seen: number}>}
   */
  draw(spots, part, signal) {
    const body = { spots, checkpoint: this.checkpoint };
    return api.post(`${this.path}/pictures`, body, { signal, headers: headersOf(part) });
  }

  /** @param {{pictures: string[], images_seen: number}} answer */
  take({ pictures, images_seen: seen }) {
    [this.picture, this.seen, this.error] = [pictures[0], seen, null];
    this.come();
  }

  /** @param {unknown} error */
  fail(error) {
    if (this.stopping.signal.aborted) return;
    this.error = error;
    this.changed();
  }

  /** Find the directions along which spots are moved. @param {Spot[]} spots */
  async findAll(spots) {
    const methods = new Set(spots.flatMap((spot) => spot.moves.map(([method]) => method)));
    for (const method of methods) if (method !== "random") await this.find(method);
  }

  /** Find the directions of a method, once. @param {string} method @returns {Promise<void>} */
  find(method) {
    if (this.directions.has(method)) return Promise.resolve();
    const known = this.finding.get(method);
    if (known) return known;
    const finding = this.look(method).finally(() => {
      this.finding.delete(method);
      this.step = null;
      this.changed();
    });
    this.finding.set(method, finding);
    this.changed();
    return finding;
  }

  /** @param {string} method such as pca, or class:KEY of a classifier */
  async look(method) {
    if (method === "kept") {
      const { directions } = await api.get(`${this.path}/kept`, {}, { signal: this.stopping.signal });
      this.directions.set("kept", directions);
      return;
    }
    const [way, ...judge] = method.split(":");
    const body = { method: way, judge: judge.join(":") || null, checkpoint: this.checkpoint };
    const progress = (/** @type {number} */ done, /** @type {number} */ total) => {
      this.step = { done, total };
      this.changed();
    };
    const { signal } = this.stopping;
    const how = { progress, signal, headers: headersOf(method) };
    const { directions } = await streamed(`${this.path}/directions`, body, how);
    this.directions.set(method, directions);
  }

  /** @param {Spot} spot @param {string} url */
  put(spot, url) {
    this.tray = [...this.tray, { spot, url }];
    this.trayChanged();
  }

  /** @param {{spot: Spot, url: string}[]} tray */
  setTray(tray) {
    this.tray = tray;
    this.trayChanged();
  }

  trayChanged() {
    this.changed();
    for (const watcher of this.watchers) watcher();
  }

  /** Draw the pictures of a tray that was read from somewhere. @param {any} spots */
  async restoreTray(spots) {
    const sound = (Array.isArray(spots) ? spots : []).filter(isSpot).slice(0, 24);
    if (!sound.length) return this.setTray([]);
    await this.findAll(sound);
    const { pictures } = await this.draw(sound, "tray", this.stopping.signal);
    return this.setTray(sound.map((spot, at) => ({ spot, url: pictures[at] })));
  }

  /** @param {any} spot that was read from somewhere */
  restore(spot) {
    this.show(isSpot(spot) ? { ...firstSpot(), ...spot } : firstSpot());
  }

  end() {
    clearTimeout(this.settling);
    this.stopping.abort();
    this.latest.end();
    [this.changed, this.come] = [() => {}, () => {}];
  }
}
