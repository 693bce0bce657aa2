// @ts-check
// Pictures that a run made.
import { html } from "../vendor/lit-html/lit-html.js";
import { fileUrl } from "../api.js";

/** The address of a file of a run; `changed` makes a new one of a file that was replaced.
 * @param {string} run @param {string} file @param {number} [changed] */
export const runFile = (run, file, changed) => {
  const path = file.split("/").map(encodeURIComponent).join("/");
  return fileUrl(`/runs/${encodeURIComponent(run)}/files/${path}`, changed ? { changed } : {});
};

/**
 * Small pictures are shown as they are, in squares; large ones are scaled smoothly.
 * @param {Event} event that an `<img>` has loaded
 */
export function sharpen(event) {
  const image = /** @type {HTMLImageElement} */ (event.currentTarget);
  const scale = (image.clientWidth * devicePixelRatio) / image.naturalWidth;
  image.classList.toggle("pixelated", scale >= 1.5);
}

/**
 * The newest sample of a run, which is read when it comes near the window.
 * @param {string} run @param {{file: string, images: number, changed: number}} sample
 */
export const sampleOf = (run, sample) =>
  html`<img src=${runFile(run, sample.file, sample.changed)} alt="" loading="lazy" decoding="async"
    @load=${sharpen}>`;
