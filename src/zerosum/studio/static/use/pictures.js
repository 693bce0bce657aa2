// @ts-check
// Pictures of the reader's own: dropped, chosen, pasted, or taken with the camera.
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { icon } from "../components/icons.js";
import { doing, fault } from "../components/parts.js";
import { plural } from "../components/text.js";
import * as api from "../api.js";
import { takePhoto } from "./camera.js";

/** @typedef {{id: string, name: string, width: number, height: number, url: string}} Picture */

/** The address of a picture. @param {string} id */
export const pictureUrl = (id) => api.fileUrl(`/pictures/${encodeURIComponent(id)}`);

export class PictureInput {
  /**
   * @param {{multiple?: boolean, camera?: boolean, words?: string,
   *   take: (pictures: Picture[]) => void, changed: () => void}} how `take` is told what has come,
   *   `changed` that this is to be drawn anew
   */
  constructor({ multiple = false, camera = true, words, take, changed }) {
    [this.multiple, this.camera, this.take, this.changed] = [multiple, camera, take, changed];
    this.words = words ?? (multiple ? "Drop pictures here, paste, or choose" : "Drop a picture here, paste, or choose");
    this.busy = false;
    this.over = false;
    /** @type {unknown} */
    this.error = null;
    /** @type {{file: string, why: string}[]} */
    this.refused = [];
    this.stopping = new AbortController();
    const { signal } = this.stopping;
    addEventListener("paste", (event) => this.paste(event), { signal });
  }

  /** @param {File[]} files */
  async send(files) {
    if (!files.length || this.busy) return;
    [this.busy, this.error, this.refused] = [true, null, []];
    this.changed();
    const { signal } = this.stopping;
    try {
      const some = this.multiple ? files : files.slice(0, 1);
      const answer = await api.upload("/pictures", some, { signal });
      this.refused = answer.refused;
      const pictures = answer.pictures.map((/** @type {any} */ each) => ({ ...each, url: pictureUrl(each.id) }));
      if (pictures.length) this.take(pictures);
    } catch (error) {
      if (signal.aborted) return;
      this.error = error;
    }
    this.busy = false;
    this.changed();
  }

  /** @param {ClipboardEvent} event */
  paste(event) {
    const files = [...(event.clipboardData?.files ?? [])].filter((file) => file.type.startsWith("image/"));
    if (!files.length) return;
    event.preventDefault();
    this.send(files);
  }

  async photograph() {
    try {
      const file = await takePhoto();
      if (file) await this.send([file]);
    } catch (error) {
      this.error = error;
      this.changed();
    }
  }

  /** @param {DragEvent} event @param {boolean} over */
  drag(event, over) {
    event.preventDefault();
    if (this.over === over) return;
    this.over = over;
    this.changed();
  }

  /** @param {DragEvent} event */
  drop(event) {
    this.drag(event, false);
    this.send([...(event.dataTransfer?.files ?? [])]);
  }

  template() {
    const choose = (/** @type {any} */ event) => {
      const files = [...event.target.files];
      event.target.value = ""; // So that the same file can be chosen once more.
      this.send(files);
    };
    const hasCamera = this.camera && Boolean(navigator.mediaDevices?.getUserMedia);
    return html`<div class="use-drop ${this.over ? "over" : ""}"
        @dragover=${(/** @type {DragEvent} */ event) => this.drag(event, true)}
        @dragleave=${(/** @type {DragEvent} */ event) => this.drag(event, false)}
        @drop=${(/** @type {DragEvent} */ event) => this.drop(event)}>
        <p class="dim small">${this.busy ? doing("Reading what was sent") : this.words}</p>
        <div class="row"><label class="button">${icon("pictures")}<span>Choose</span><input class="hidden-text" type="file"
          ?multiple=${this.multiple} accept="image/*" @change=${choose}></label>${
            hasCamera
              ? html`<button class="button" type="button" @click=${() => this.photograph()}>${icon("camera")}<span>Camera</span></button>`
              : nothing
          }</div>
      </div>${this.error ? fault(this.error) : nothing}${this.refusals()}`;
  }

  refusals() {
    if (!this.refused.length) return nothing;
    const [first] = this.refused;
    return html`<p class="note warn small" role="alert">${plural(this.refused.length, "file was", "files were")} refused,
      such as ${first.file}: ${first.why}</p>`;
  }

  end() {
    this.stopping.abort();
  }
}
