// @ts-check
// A picture of the reader's own, which is found in the generator before it is edited.
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { fault, progressBar } from "../components/parts.js";
import { significant } from "../components/text.js";
import { streamed } from "../streamed.js";
import { PictureInput, pictureUrl } from "../use/pictures.js";

/** @typedef {import("./drawing.js").Base} Base */

export class OwnPicture {
  /**
   * @param {string} path of drawing, in the API
   * @param {(base: Base) => void} begin told when it was found @param {() => void} changed
   */
  constructor(path, begin, changed) {
    [this.path, this.begin, this.changed] = [path, begin, changed];
    this.input = new PictureInput({ take: ([picture]) => this.find(picture.id), changed });
    this.invert = false;
    /** @type {string | null} */
    this.id = null;
    /** @type {number | null} */
    this.share = null;
    /** @type {{own: string, image: string, distance: number, random: number} | null} */
    this.found = null;
    /** @type {unknown} */
    this.error = null;
    /** @type {AbortController | null} */
    this.finding = null;
  }

  /** @param {string} id */
  async find(id) {
    this.finding?.abort();
    const finding = (this.finding = new AbortController());
    [this.id, this.found, this.error, this.share] = [id, null, null, 0];
    this.changed();
    const progress = (/** @type {number} */ done, /** @type {number} */ total) => {
      this.share = done / total;
      this.changed();
    };
    const { signal } = finding;
    const { invert } = this;
    try {
      this.found = await streamed(`${this.path}/project`, { picture: id, invert }, { progress, signal });
      this.begin({ point: /** @type {any} */ (this.found).point, picture: id, invert, own: this.found?.own ?? null });
    } catch (error) {
      if (signal.aborted) return;
      this.error = error;
    }
    this.finding = null;
    this.changed();
  }

  /** Whether a picture of before is still kept. @param {Base} base */
  async isStillHere(base) {
    this.forget();
    const picture = base.picture ?? "";
    const response = await fetch(pictureUrl(picture)).catch(() => null);
    if (!response?.ok) return false;
    [this.id, this.invert] = [picture, base.invert];
    return true;
  }

  forget() {
    this.finding?.abort();
    [this.finding, this.id, this.found, this.error] = [null, null, null, null];
  }

  end() {
    this.finding?.abort();
    this.input.end();
  }

  /** @param {boolean} invert */
  turn(invert) {
    this.invert = invert;
    if (this.id) this.find(this.id);
    else this.changed();
  }

  /** @param {Base | null} base */
  template(base) {
    return html`<h2>Edit a picture of your own</h2>
      <p class="small dim">The generator's nearest picture to it is looked for first; strokes then change that one.</p>
      <div class="draw-own"><div class="stack">${this.input.template()}
        <label class="check"><input type="checkbox" .checked=${this.invert}
          @change=${(/** @type {any} */ event) => this.turn(event.target.checked)}
          ><span>Swap light and dark, as for ink on paper</span></label></div>
        ${this.finding ? this.progress() : base?.picture && this.found ? this.result(this.found) : nothing}</div>
      ${this.error ? fault(this.error) : nothing}`;
  }

  progress() {
    return html`<div class="stack"><p role="status">Looking for it in the generator …</p>
      ${progressBar({ share: this.share, label: "Looking for the picture" })}
      <div class="row"><button class="button" type="button" @click=${() => this.cancel()}>Cancel</button></div></div>`;
  }

  cancel() {
    this.forget();
    this.changed();
  }

  /** @param {{own: string, image: string, distance: number, random: number}} found */
  result({ own, image, distance, random }) {
    const one = (/** @type {string} */ address, /** @type {string} */ words) =>
      html`<figure><img class="pixelated" src=${address} alt=${words}><figcaption class="small dim">${words}</figcaption></figure>`;
    return html`<div class="stack"><div class="draw-pair">${one(own, "Your picture")}${one(image, "Nearest one")}</div>
      <p class="small dim">Mean squared difference ${significant(distance)}; of the nearest of 1,000 random pictures
        ${significant(random)}.</p></div>`;
  }
}
