// @ts-check
// Pictures that were put aside, in an order: what a walk passes, and what tables are made of.
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { icon } from "../components/icons.js";
import { openMenu } from "../components/menu.js";
import { carried, carry } from "./choose.js";
import { titleOf } from "./state.js";

/** @typedef {import("./play.js").Play} Play */

const MOST = 24;

export const isFull = (/** @type {Play} */ play) => play.tray.length >= MOST;

/** @param {Play} play */
export function tray(play) {
  const { classes = [] } = play.about ?? {};
  const drop = (/** @type {DragEvent} */ event) => {
    event.preventDefault();
    const one = carried(event);
    if (one && !isFull(play)) play.put(one.spot, one.url);
  };
  return html`<section class="stack tight play-tray" aria-label="Pictures put aside"
    @dragover=${(/** @type {DragEvent} */ event) => event.preventDefault()} @drop=${drop}>
    <div class="row apart"><h2>Put aside</h2>${
      play.tray.length
        ? html`<button class="button quiet small" type="button" @click=${() => play.setTray([])}>Clear</button>`
        : nothing
    }</div>
    ${
      play.tray.length
        ? html`<ol class="play-strip">${play.tray.map(
            ({ spot, url }, at) => html`<li><button type="button" aria-haspopup="menu"
              aria-label="${at + 1}: ${titleOf(spot, classes)}" draggable="true"
              @dragstart=${(/** @type {DragEvent} */ event) => carry(event, spot, url)}
              @dragover=${(/** @type {DragEvent} */ event) => event.preventDefault()}
              @drop=${(/** @type {DragEvent} */ event) => insert(play, event, at)}
              @click=${(/** @type {Event} */ event) => menu(play, event, at)}><img
                class="play-pixels" src=${url} alt="" draggable="false"></button></li>`,
          )}</ol>`
        : html`<p class="small dim">Put pictures aside to walk between them, or to cross them in a table.</p>`
    }</section>`;
}

/** @param {Play} play @param {Event} event @param {number} at */
function menu(play, event, at) {
  openMenu(event, [
    { text: "Show", icon: "pictures", run: () => play.show(play.tray[at].spot) },
    { text: "Earlier", icon: "left", run: () => swap(play, at, at - 1), why: at ? null : "It is the first." },
    {
      text: "Later",
      icon: "right",
      run: () => swap(play, at, at + 1),
      why: at + 1 < play.tray.length ? null : "It is the last.",
    },
    {
      text: "Remove",
      icon: "trash",
      danger: true,
      run: () => play.setTray(play.tray.filter((_, place) => place !== at)),
    },
  ]);
}

/** @param {Play} play @param {number} a @param {number} b */
function swap(play, a, b) {
  const all = [...play.tray];
  [all[a], all[b]] = [all[b], all[a]];
  play.setTray(all);
}

/** Put what is dropped before another; one that lay here moves. @param {Play} play @param {DragEvent} event @param {number} at */
function insert(play, event, at) {
  const one = carried(event);
  if (!one) return;
  event.preventDefault();
  event.stopPropagation();
  const from = play.tray.findIndex(({ url }) => url === one.url);
  if (from < 0 && isFull(play)) return;
  const rest = play.tray.filter((_, place) => place !== from);
  play.setTray(rest.toSpliced(at, 0, one));
}
