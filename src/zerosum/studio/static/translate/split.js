// @ts-check
// Two pictures of one size, one over the other up to a line that is moved by hand or keys.
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { live } from "../vendor/lit-html/directives/live.js";
import { ref } from "../vendor/lit-html/directives/ref.js";
import { sharpen } from "../components/picture.js";

/**
 * @param {{before: string, after: string, words: [string, string], size: [number, number] | null,
 *   at: number, move: (at: number) => void}} what addresses of both, what they are, width and
 *   height (null: as they turn out to be), how much of the first is seen in percent
 */
export const split = ({ before, after, words, size, at, move }) => {
  const place = (/** @type {Element | undefined} */ element) => {
    if (!(element instanceof HTMLElement)) return;
    element.style.setProperty("--at", String(at));
    if (size) element.style.setProperty("--ratio", String(size[0] / size[1]));
  };
  const moved = (/** @type {Event} */ event) => {
    const input = /** @type {HTMLInputElement} */ (event.currentTarget);
    input.parentElement?.style.setProperty("--at", input.value);
    move(Number(input.value));
  };
  const loaded = (/** @type {Event} */ event) => {
    const image = /** @type {HTMLImageElement} */ (event.currentTarget);
    const { naturalWidth: width, naturalHeight: height } = image;
    if (!size && height) image.parentElement?.style.setProperty("--ratio", String(width / height));
    sharpen(event);
  };
  return html`<div class="split" ${ref(place)}>
    <img src=${after} alt=${words[1]} @load=${loaded} draggable="false">
    <img class="split-before" src=${before} alt=${words[0]} @load=${loaded} draggable="false">
    <input type="range" min="0" max="100" step="1" .value=${live(String(at))}
      aria-label="How much is seen of: ${words[0]}; the rest is: ${words[1]}" @input=${moved}>
    <span class="split-line" aria-hidden="true"></span>
    <span class="split-word" aria-hidden="true">${words[0]}</span>
    <span class="split-word other" aria-hidden="true">${words[1]}</span></div>`;
};

/**
 * A row of small pictures of which one is looked at.
 * @param {{label: string, pictures: {key: string, name: string, url: string}[], chosen: string,
 *   choose: (key: string) => void}} what
 */
export const strip = ({ label, pictures, chosen, choose }) =>
  pictures.length
    ? html`<ul class="strip" aria-label=${label}>${pictures.map(
        ({ key, name, url }) => html`<li><button type="button" aria-pressed=${key === chosen}
          aria-label=${name} title=${name} @click=${() => choose(key)}><img src=${url} alt=""
          loading="lazy" decoding="async" @load=${sharpen}></button></li>`,
      )}</ul>`
    : nothing;
