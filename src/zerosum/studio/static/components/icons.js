// @ts-check
// Our own few icons: strokes on a grid of 20, in the colour of the text.
import { svg, html } from "../vendor/lit-html/lit-html.js";

const STROKES = {
  logo: "M3 13.5c4-10 8 4 14-8 M3 6.5c4 10 8-4 14 8",
  runs: "M3 3h6v6H3z M11 3h6v6h-6z M3 11h6v6H3z M11 11h6v6h-6z",
  new: "M10 4v12 M4 10h12",
  queue: "M7 5h10 M7 10h10 M7 15h10 M3 5h.01 M3 10h.01 M3 15h.01",
  learn:
    "" +
    "M10 5c-2-1.5-4.5-1.5-7-1v11.5c2.5-.5 5-.5 7 1 2-1.5 4.5-1.5 7-1V4c-2.5-.5-5-.5-7 1z " +
    "M10 5v11.5",
  use: "M4 16l8.5-8.5 M14 3v3 M12.5 4.5h3 M16.5 9.5v2 M15.5 10.5h2 M8 3v2 M7 4h2",
  camera: "M3 6h3.5L8 4h4l1.5 2H17v10H3z M10 8a3 3 0 1 0 0 6 3 3 0 0 0 0-6z",
  dice: "M4 4h12v12H4z M7.5 7.5h.01 M12.5 7.5h.01 M10 10h.01 M7.5 12.5h.01 M12.5 12.5h.01",
  save: "M4 3h10l3 3v11H3V3z M7 3v4h6V3 M6 17v-6h8v6",
  link: "M8 12l4-4 M7 9.5l-2 2a2.5 2.5 0 0 0 3.5 3.5l2-2 M13 10.5l2-2A2.5 2.5 0 0 0 11.5 5l-2 2",
  sun:
    "M10 6.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7z M10 2v1.5 M10 16.5V18 M2 10h1.5 " +
    "M16.5 10H18 M4.3 4.3l1 1 M14.7 14.7l1 1 M4.3 15.7l1-1 M14.7 5.3l1-1",
  moon: "M16.5 12A7 7 0 0 1 8 3.5a7 7 0 1 0 8.5 8.5z",
  system: "M3 4h14v9H3z M7 17h6 M10 13v4",
  keys: "M2 5h16v10H2z M5 8h.01 M8 8h.01 M11 8h.01 M14 8h.01 M6 12h8",
  close: "M5 5l10 10 M15 5L5 15",
  check: "M4 10.5l4 4 8-9",
  more: "M4 10h.01 M10 10h.01 M16 10h.01",
  search: "M8.5 3a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11z M13 13l4 4",
  left: "M12 4l-6 6 6 6",
  right: "M8 4l6 6-6 6",
  up: "M4 12l6-6 6 6",
  down: "M4 8l6 6 6-6",
  first: "M5 4v12 M15 4l-7 6 7 6z",
  last: "M15 4v12 M5 4l7 6-7 6z",
  play: "M6 4l10 6-10 6z",
  pause: "M7 4v12 M13 4v12",
  stop: "M5 5h10v10H5z",
  grip: "M7 5h.01 M7 10h.01 M7 15h.01 M13 5h.01 M13 10h.01 M13 15h.01",
  copy: "M7 7h10v10H7z M13 7V3H3v10h4",
  folder: "M2.5 5h5l2 2h8v9h-15z",
  trash: "M4 6h12 M8 6V3.5h4V6 M5.5 6l.7 11h7.6l.7-11 M8.5 9v5 M11.5 9v5",
  archive: "M3 4h14v4H3z M4.5 8v8h11V8 M8 11h4",
  rename: "M4 16l.7-3.5L13 4.2l2.8 2.8-8.3 8.3z",
  plus: "M10 4v12 M4 10h12",
  minus: "M4 10h12",
  fit: "M3 8V3h5 M12 3h5v5 M17 12v5h-5 M8 17H3v-5",
  disk:
    "M3 5c0-1.2 3-2 7-2s7 .8 7 2v10c0 1.2-3 2-7 2s-7-.8-7-2z " +
    "M3 5c0 1.2 3 2 7 2s7-.8 7-2 M3 10c0 1.2 3 2 7 2s7-.8 7-2",
  worker:
    "M6 6h8v8H6z M8 2.5V6 M12 2.5V6 M8 14v3.5 M12 14v3.5 M2.5 8H6 M2.5 12H6 M14 8h3.5 " +
    "M14 12h3.5",
  pictures: "M3 4h14v12H3z M3 13l4-4 4 4 3-3 3 3 M13.5 7.5h.01",
  curve: "M3 3v14h14 M6 12c2-6 4 2 9-7",
  download: "M10 3v10 M6 9.5l4 4 4-4 M4 17h12",
  alarm: "M10 3l8 14H2z M10 8v4 M10 14.5h.01",
};

/** @typedef {keyof typeof STROKES} IconName */

/**
 * An icon. It says nothing to readers of the screen: the words beside it do.
 * @param {IconName} name
 */
export const icon = (name) => html`<svg
  viewBox="0 0 20 20" fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round"
  stroke-linejoin="round" aria-hidden="true" width="20" height="20"
>${svg`<path d=${STROKES[name]}></path>`}</svg>`;
