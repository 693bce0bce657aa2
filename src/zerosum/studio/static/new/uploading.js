// @ts-check
// Pictures from the reader's own machine: chosen or dropped, sent in parts, which can be stopped.
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { icon } from "../components/icons.js";
import { fault, progressBar } from "../components/parts.js";
import { bytes, plural } from "../components/text.js";
import * as api from "../api.js";
import { droppedFiles } from "./dropped.js";
import { Lots } from "./lots.js";

const FILES = 64;
const BYTES = 32e6;

export class Uploading {
  /** @param {(source: string) => void} choose @param {() => void} changed */
  constructor(choose, changed) {
    this.choose = choose;
    this.changed = changed;
    this.lots = new Lots(choose, changed);
    /** @type {{name: string, sent: number, total: number, count: number} | null} */
    this.sending = null;
    /** @type {{file: string, why: string}[]} */
    this.refused = [];
    /** @type {unknown} */
    this.error = null;
    this.over = false;
    this.stopping = new AbortController();
  }

  /** @param {File[]} files */
  async send(files) {
    if (!files.length || this.sending) return;
    const name = nameOf(files);
    const total = files.reduce((sum, file) => sum + file.size, 0);
    [this.refused, this.error, this.stopping] = [[], null, new AbortController()];
    this.sending = { name, sent: 0, total, count: files.length };
    this.changed();
    const { signal } = this.stopping;
    let gone = 0;
    try {
      let answer = null;
      for (const part of parts(files)) {
        const progress = (/** @type {number} */ sent) => this.tell(gone + sent);
        answer = await api.upload(`/uploads/${encodeURIComponent(name)}`, part, { progress, signal });
        gone += part.reduce((sum, file) => sum + file.size, 0);
        this.refused = [...this.refused, ...answer.refused];
      }
      this.sending = null;
      if (answer?.source) this.choose(answer.source); // Of an archive nobody has counted pictures.
    } catch (error) {
      this.sending = null;
      if (!signal.aborted) this.error = error;
      // Half of a folder is of no use, and would take room.
      else api.remove(`/uploads/${encodeURIComponent(name)}`).catch(() => {});
    }
    this.changed();
  }

  /** @param {number} sent */
  tell(sent) {
    if (!this.sending) return;
    this.sending = { ...this.sending, sent: Math.min(sent, this.sending.total) };
    this.changed();
  }

  template() {
    const { sending } = this;
    if (sending) {
      const label = `Sending ${plural(sending.count, "file")}`;
      return html`<div class="stack">${progressBar({ share: sending.total ? sending.sent / sending.total : null, label })}
        <div class="row apart"><span class="numbers">${label}: ${bytes(sending.sent)} of ${bytes(sending.total)}</span>
        <button class="button" type="button" @click=${() => this.stopping.abort()}>Cancel</button></div></div>`;
    }
    const take = (/** @type {any} */ event) => this.send([...event.target.files]);
    return html`${this.error ? fault(this.error) : nothing}
      <div class="new-drop ${this.over ? "over" : ""}" @dragover=${(/** @type {DragEvent} */ event) => this.drag(event, true)}
        @dragleave=${(/** @type {DragEvent} */ event) => this.drag(event, false)}
        @drop=${(/** @type {DragEvent} */ event) => this.drop(event)}>
        ${icon("pictures")}<p>Drop pictures or a folder here, or choose:</p>
        <div class="row"><label class="button">Pictures<input class="hidden-text" type="file" multiple
          accept="image/*,.zip,.tar,.npy,.npz" @change=${take}></label>
        <label class="button">A folder<input class="hidden-text" type="file" webkitdirectory @change=${take}></label></div>
        <p class="dim small">Sub-folders of a folder are classes. The pictures stay on this machine, beside the runs.</p>
      </div>${this.refusals()}${this.lots.template()}`;
  }

  refusals() {
    if (!this.refused.length) return nothing;
    const [first] = this.refused;
    return html`<p class="note warn small">${plural(this.refused.length, "file was", "files were")} refused,
      such as ${first.file}: ${first.why}</p>`;
  }

  /** @param {DragEvent} event @param {boolean} over */
  drag(event, over) {
    event.preventDefault();
    if (this.over === over) return;
    this.over = over;
    this.changed();
  }

  /** @param {DragEvent} event */
  async drop(event) {
    event.preventDefault();
    this.over = false;
    const items = event.dataTransfer?.items;
    if (items) this.send(await droppedFiles(items));
  }

  end() {
    this.stopping.abort();
  }
}

/** What a lot is called: as its folder, and when it came. @param {File[]} files */
function nameOf(files) {
  const [folder] = (files[0].webkitRelativePath || "pictures/").split("/");
  const plain = folder.replace(/[^A-Za-z0-9_-]+/g, "-").replace(/^-+|-+$/g, "") || "pictures";
  return `${plain.slice(0, 40)}-${new Date().toISOString().slice(0, 19).replace(/\D/g, "")}`;
}

/** @param {File[]} files @returns {Generator<File[]>} */
function* parts(files) {
  let part = [];
  let size = 0;
  for (const file of files) {
    if (part.length && (part.length >= FILES || size + file.size > BYTES)) {
      yield part;
      [part, size] = [[], 0];
    }
    part.push(file);
    size += file.size;
  }
  if (part.length) yield part;
}
