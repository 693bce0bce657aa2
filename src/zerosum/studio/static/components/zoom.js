// @ts-check
// A picture as large as the window, to be looked at closely: wheel, pinch, drag, keys and buttons.
import { html } from "../vendor/lit-html/lit-html.js";
import { openDialog } from "./dialog.js";
import { icon } from "./icons.js";

const MOST = 40;

/**
 * @typedef {object} Pictures
 * @property {number} count
 * @property {number} at
 * @property {(at: number) => string} address
 * @property {(at: number) => string} caption
 */

/**
 * Open the pictures at one of them.
 * @param {Pictures} pictures @returns {Promise<number>} the last that was looked at
 */
export async function zoomInto(pictures) {
  const zoom = new Zoom(pictures);
  await openDialog({ title: "Pictures", look: "zoom" }, (_close, redraw) => {
    zoom.redraw = redraw;
    return zoom.template();
  });
  return zoom.at;
}

class Zoom {
  /** @param {Pictures} pictures */
  constructor(pictures) {
    this.pictures = pictures;
    this.at = pictures.at;
    [this.scale, this.left, this.top] = [1, 0, 0];
    /** @type {Map<number, [number, number]>} */
    this.fingers = new Map();
    this.redraw = () => {};
  }

  template() {
    const { count, address, caption } = this.pictures;
    const go = (/** @type {number} */ at) => {
      this.at = Math.max(0, Math.min(count - 1, at));
      this.redraw();
    };
    return html`<div class="zoom-place uses-keys" tabindex="0" autofocus role="group"
      aria-label="Picture. Plus and minus zoom, 0 shows all, arrows go through time."
      @wheel=${(/** @type {WheelEvent} */ event) => this.wheel(event)}
      @pointerdown=${(/** @type {PointerEvent} */ event) => this.down(event)}
      @pointermove=${(/** @type {PointerEvent} */ event) => this.move(event)}
      @pointerup=${(/** @type {PointerEvent} */ event) => this.up(event)}
      @pointercancel=${(/** @type {PointerEvent} */ event) => this.up(event)}
      @dblclick=${(/** @type {MouseEvent} */ event) => this.zoom(this.scale > 1 ? 0 : 3, event)}
      @keydown=${(/** @type {KeyboardEvent} */ event) => this.key(event, go)}>
      <img src=${address(this.at)} alt=${caption(this.at)} draggable="false"
        @load=${() => this.place()}></div>
    <div class="zoom-bar">
      ${button("minus", "Smaller", () => this.zoom(1 / 1.5))}
      ${button("plus", "Larger", () => this.zoom(1.5))}
      ${button("fit", "Show all", () => this.zoom(0))}
      <span class="grow clip numbers" role="status">${caption(this.at)}</span>
      ${button("left", "Earlier", () => go(this.at - 1), this.at === 0)}
      ${button("right", "Later", () => go(this.at + 1), this.at === count - 1)}</div>`;
  }

  place() {
    const image = /** @type {HTMLImageElement} */ (document.querySelector(".zoom-place img"));
    if (!image?.naturalWidth) return;
    const box = /** @type {HTMLElement} */ (image.parentElement).getBoundingClientRect();
    const fit = Math.min(box.width / image.naturalWidth, box.height / image.naturalHeight);
    const size = fit * this.scale;
    const [width, height] = [image.naturalWidth * size, image.naturalHeight * size];
    const reach = [Math.max(0, (width - box.width) / 2), Math.max(0, (height - box.height) / 2)];
    this.left = Math.max(-reach[0], Math.min(reach[0], this.left));
    this.top = Math.max(-reach[1], Math.min(reach[1], this.top));
    image.style.width = `${width}px`;
    image.style.height = `${height}px`;
    image.style.transform = `translate(${this.left}px, ${this.top}px)`;
    image.classList.toggle("pixelated", size * devicePixelRatio >= 1.5);
  }

  /**
   * @param {number} factor 0 shows all
   * @param {{clientX: number, clientY: number}} [centre] stays where it is
   */
  zoom(factor, centre) {
    const before = this.scale;
    this.scale = factor ? Math.max(1, Math.min(MOST, before * factor)) : 1;
    const place = document.querySelector(".zoom-place");
    if (centre && place) {
      const box = place.getBoundingClientRect();
      const [x, y] = [
        centre.clientX - box.left - box.width / 2,
        centre.clientY - box.top - box.height / 2,
      ];
      this.left = x - ((x - this.left) * this.scale) / before;
      this.top = y - ((y - this.top) * this.scale) / before;
    }
    this.place();
  }

  /** @param {WheelEvent} event */
  wheel(event) {
    event.preventDefault();
    this.zoom(Math.exp(-event.deltaY * 0.002), event);
  }

  /** @param {PointerEvent} event */
  down(event) {
    /** @type {Element} */ (event.currentTarget).setPointerCapture(event.pointerId);
    this.fingers.set(event.pointerId, [event.clientX, event.clientY]);
  }

  /** @param {PointerEvent} event */
  move(event) {
    const before = this.fingers.get(event.pointerId);
    if (!before) return;
    const other = [...this.fingers].find(([id]) => id !== event.pointerId)?.[1];
    const now = /** @type {[number, number]} */ ([event.clientX, event.clientY]);
    this.fingers.set(event.pointerId, now);
    if (other) {
      const factor = apart(now, other) / Math.max(1, apart(before, other));
      this.zoom(factor, { clientX: (now[0] + other[0]) / 2, clientY: (now[1] + other[1]) / 2 });
    } else {
      this.left += now[0] - before[0];
      this.top += now[1] - before[1];
      this.place();
    }
  }

  /** @param {PointerEvent} event */
  up(event) {
    this.fingers.delete(event.pointerId);
  }

  /** @param {KeyboardEvent} event @param {(at: number) => void} go */
  key(event, go) {
    const actions = {
      "+": () => this.zoom(1.5),
      "=": () => this.zoom(1.5),
      "-": () => this.zoom(1 / 1.5),
      0: () => this.zoom(0),
      ArrowLeft: () => go(this.at - 1),
      ArrowRight: () => go(this.at + 1),
      Home: () => go(0),
      End: () => go(this.pictures.count - 1),
    };
    const action = actions[event.key];
    if (!action || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    action();
  }
}

/** @param {[number, number]} a @param {[number, number]} b */
const apart = (a, b) => Math.hypot(a[0] - b[0], a[1] - b[1]);

/**
 * @param {import("./icons.js").IconName} name @param {string} label
 * @param {() => void} press @param {boolean} [off]
 */
export const button = (name, label, press, off = false) =>
  html`<button class="button icon" type="button" aria-label=${label} title=${label}
    ?disabled=${off}
    @click=${press}>${icon(name)}</button>`;
