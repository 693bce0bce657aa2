// @ts-check
// What was saved of a network and a page: to be opened again, downloaded, deleted.
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { repeat } from "../vendor/lit-html/directives/repeat.js";
import { ask } from "../components/dialog.js";
import { icon } from "../components/icons.js";
import { toastFault } from "../components/toast.js";
import { ago } from "../components/text.js";
import * as api from "../api.js";

/**
 * @typedef {object} Saved
 * @property {string} id
 * @property {string} page
 * @property {string} title
 * @property {number} created
 * @property {string} suffix
 * @property {Record<string, any>} state
 */

export class SavedStrip {
  /**
   * @param {string} key @param {string} page
   * @param {(saved: Saved) => void} open brings the page back to a state @param {() => void} changed
   */
  constructor(key, page, open, changed) {
    [this.key, this.page, this.open, this.changed] = [key, page, open, changed];
    /** @type {Saved[]} */
    this.all = [];
  }

  get path() {
    return `/networks/${encodeURIComponent(this.key)}/saved`;
  }

  async load() {
    try {
      this.all = (await api.get(this.path, { page: this.page })).saved;
    } catch (error) {
      toastFault(error);
    }
    this.changed();
  }

  /** Something that was saved, by its name. @param {string} id @returns {Promise<Saved>} */
  find(id) {
    return api.get(`${this.path}/${encodeURIComponent(id)}`);
  }

  /** @param {Saved} saved */
  add(saved) {
    this.all = [saved, ...this.all];
    this.changed();
  }

  /** @param {Saved} saved */
  async remove(saved) {
    await ask({
      title: "Delete what was saved?",
      text: `${saved.title}, with its file. Nothing brings it back.`,
      confirm: "Delete",
      danger: true,
      action: async () => {
        await api.remove(`${this.path}/${encodeURIComponent(saved.id)}`);
        this.all = this.all.filter((each) => each.id !== saved.id);
        this.changed();
      },
    });
  }

  template() {
    if (!this.all.length) return nothing;
    return html`<section class="stack use-saved" aria-label="Saved"><h2>Saved</h2>
      <ul>${repeat(this.all, (each) => each.id, (each) => this.card(each))}</ul></section>`;
  }

  /** @param {Saved} saved */
  card(saved) {
    const file = `${this.path}/${encodeURIComponent(saved.id)}/file`;
    const isShown = saved.suffix === ".png" || saved.suffix === ".gif";
    return html`<li class="card">
      <button class="use-saved-open" type="button" @click=${() => this.open(saved)}
        aria-label="Open ${saved.title}">${
          isShown ? html`<img src=${api.fileUrl(file)} alt="" loading="lazy" decoding="async">` : icon("play")
        }</button>
      <span class="clip small" title=${saved.title}>${saved.title}</span>
      <span class="row apart small dim">${ago(saved.created)}<span class="row">
        <a class="button quiet icon small" href=${api.fileUrl(file, { download: true })} download
          aria-label="Download ${saved.title}">${icon("download")}</a>
        <button class="button quiet icon small" type="button" aria-label="Delete ${saved.title}"
          @click=${() => this.remove(saved)}>${icon("trash")}</button></span></span></li>`;
  }
}
