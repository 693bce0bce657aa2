// @ts-check
// Some of a network's own pictures, to try it on.
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { icon } from "../components/icons.js";
import { sharpen } from "../components/picture.js";
import { fault } from "../components/parts.js";
import * as api from "../api.js";
import { pictureUrl } from "./pictures.js";

/** @typedef {{id: string, name: string, width: number, height: number, label: string | null, split: string, url: string}} Example */

export class Examples {
  /**
   * @param {string} key the network's
   * @param {{count?: number, seed?: number, domain?: "a" | "b" | null, take: (example: Example) => void,
   *   changed: () => void}} how `take` is told which one was chosen, `changed` to draw this anew
   */
  constructor(key, { count = 12, seed = 0, domain = null, take, changed }) {
    [this.key, this.count, this.domain] = [key, count, domain];
    [this.take, this.changed] = [take, changed];
    /** @type {Example[]} */
    this.all = [];
    this.seed = seed;
    /** Classes of all that were shown so far, by their ids. @type {Map<string, string>} */
    this.labels = new Map();
    /** @type {unknown} */
    this.error = null;
    this.stopping = new AbortController();
  }

  /** @returns {Promise<Example[]>} those that are shown now */
  async load() {
    const { signal } = this.stopping;
    const { count, seed, domain } = this;
    try {
      const path = `/networks/${encodeURIComponent(this.key)}/examples`;
      const { pictures } = await api.get(path, { count, seed, domain }, { signal });
      this.all = pictures.map((/** @type {any} */ each) => ({ ...each, url: pictureUrl(each.id) }));
      for (const { id, label } of this.all) if (label !== null) this.labels.set(id, label);
      this.error = null;
    } catch (error) {
      if (signal.aborted) return [];
      this.error = error;
    }
    this.changed();
    return this.all;
  }

  others() {
    this.seed += 1;
    return this.load();
  }

  /** @param {string | null} chosen the id of the picture that is used just now */
  template(chosen) {
    if (this.error) return fault(this.error);
    const blanks = Math.max(0, this.count - this.all.length) * Number(!this.all.length);
    return html`<div class="use-examples" role="group" aria-label="Pictures to try">${this.all.map(
      (each) => html`<button type="button" aria-pressed=${each.id === chosen}
        aria-label=${each.label === null ? each.name : `${each.label}: ${each.name}`}
        title=${each.label ?? each.name} @click=${() => this.take(each)}><img src=${each.url} alt=""
        decoding="async" @load=${sharpen}></button>`,
    )}${Array.from({ length: blanks }, () => html`<span aria-hidden="true"></span>`)}</div>
    ${
      this.all.length && this.all.length < this.count
        ? nothing
        : html`<button class="button small use-others" type="button" @click=${() => this.others()}>${icon("dice")}Others</button>`
    }`;
  }

  end() {
    this.stopping.abort();
  }
}
