// @ts-check
// A table: coarse layers of the pictures on the left with fine ones of those on top; for generators
// without styles what lies between them.
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { live } from "../vendor/lit-html/directives/live.js";
import * as api from "../api.js";
import { icon } from "../components/icons.js";
import { openMenu } from "../components/menu.js";
import { fault } from "../components/parts.js";
import { toast } from "../components/toast.js";
import { whileBusy } from "../components/busy.js";
import { Latest } from "../use/latest.js";
import { carried, carry } from "./choose.js";
import { headersOf } from "./play.js";
import { chance, firstSpot, isSpot, titleOf } from "./state.js";

/** @typedef {import("./play.js").Play} Play */
/** @typedef {import("./state.js").Spot} Spot */
/** @typedef {"rows" | "columns"} Side */

const MOST = 6;

export class Table {
  /** @param {Play} play @param {(saved: any) => void} added @param {() => Record<string, any>} state */
  constructor(play, added, state) {
    [this.play, this.added, this.state] = [play, added, state];
    const spots = play.tray.map(({ spot }) => spot);
    const one = () => spots.shift() ?? { ...firstSpot(), label: play.spot.label, seed: chance() };
    /** @type {Record<Side, Spot[]>} */
    this.sides = { rows: [one(), one()], columns: [one(), one(), one()] };
    this.layer = Math.max(1, Math.floor((play.about?.layers ?? 2) / 2));
    this.time = 0.5;
    /** @type {{rows: string[], columns: string[], pictures: string[], sides: Record<Side, Spot[]>} | null} */
    this.drawn = null;
    /** @type {unknown} */
    this.error = null;
    this.latest = new Latest(
      async (/** @type {any} */ body, signal) => {
        await play.findAll([...body.rows, ...body.columns]);
        return api.post(`${play.path}/table`, body, { signal, headers: headersOf("table") });
      },
      (answer, body) => {
        [this.drawn, this.error] = [{ ...answer, sides: body }, null];
        play.changed();
      },
      (error) => {
        this.error = error;
        play.changed();
      },
    );
    this.draw();
  }

  get body() {
    const { checkpoint } = this.play;
    return { ...this.sides, from_layer: this.layer, time: this.time, checkpoint };
  }

  draw() {
    this.latest.ask(this.body);
  }

  /** What brings the table back. */
  get kept() {
    return { ...this.sides, layer: this.layer, time: this.time };
  }

  /** @param {any} kept */
  restore(kept) {
    const spots = (/** @type {any} */ side) => (Array.isArray(side) ? side : []).filter(isSpot).slice(0, MOST);
    const [rows, columns] = [spots(kept?.rows), spots(kept?.columns)];
    if (!rows.length || !columns.length) return;
    this.sides = { rows, columns };
    if (Number.isInteger(kept.layer)) this.layer = kept.layer;
    if (Number.isFinite(kept.time)) this.time = kept.time;
    this.draw();
  }

  /** @param {Side} side @param {number} at @param {Spot} spot */
  put(side, at, spot) {
    this.sides = { ...this.sides, [side]: this.sides[side].toSpliced(at, 1, spot) };
    this.draw();
    this.play.changed();
  }

  /** @param {Side} side @param {number} at */
  remove(side, at) {
    this.sides = { ...this.sides, [side]: this.sides[side].toSpliced(at, 1) };
    this.draw();
    this.play.changed();
  }

  template() {
    const { layers = 0 } = this.play.about ?? {};
    return html`<p class="small dim">${
      layers
        ? "Coarse layers, which make pose and shape, are of the picture on the left; fine ones, which make texture and colours, of that on top."
        : "This generator has no styles to mix: each picture lies between that on its left and that on top."
    } Drag pictures onto the edges, or press an edge.</p>
    ${this.slider(layers)}
    ${this.error ? fault(this.error) : nothing}
    <div class="play-table-scroll" tabindex="0" role="region" aria-label="Table of pictures"><table class="play-table">
      <thead><tr><td></td>${this.sides.columns.map((_, at) => html`<th scope="col">${this.edge("columns", at)}</th>`)}
        <td>${this.more("columns")}</td></tr></thead>
      <tbody>${this.sides.rows.map((_, row) => this.row(row))}
        <tr><td>${this.more("rows")}</td></tr></tbody></table></div>
    <div class="row"><button class="button" type="button"
      @click=${(/** @type {Event} */ event) => whileBusy(event, () => this.save())}>${icon("save")}<span>Save the table</span></button></div>`;
  }

  /** @param {number} layers */
  slider(layers) {
    const [least, most, step, value] = layers ? [1, layers - 1, 1, this.layer] : [0, 1, 0.05, this.time];
    const put = (/** @type {any} */ event) => {
      const to = Number(event.target.value);
      if (layers) this.layer = to;
      else this.time = to;
      this.draw();
      this.play.changed();
    };
    const words = layers
      ? `Fine layers begin at ${this.layer} of ${layers}`
      : `${Math.round(100 * this.time)} % of the way from row to column`;
    return html`<div class="field"><label for="play-share">${words}</label><input id="play-share" type="range"
      min=${least} max=${most} step=${step} .value=${live(String(value))} @input=${put}></div>`;
  }

  /** @param {Side} side @param {number} at */
  edge(side, at) {
    const spot = this.sides[side][at];
    const url = this.urlOf(side, spot);
    const what = side === "rows" ? "Row" : "Column";
    const drop = (/** @type {DragEvent} */ event) => {
      const one = carried(event);
      if (!one) return;
      event.preventDefault();
      this.put(side, at, one.spot);
    };
    return html`<button class="play-edge" type="button" aria-haspopup="menu" draggable="true"
      aria-label="${what} ${at + 1}: ${titleOf(spot, this.play.about?.classes ?? [])}"
      @dragstart=${(/** @type {DragEvent} */ event) => carry(event, spot, url)}
      @dragover=${(/** @type {DragEvent} */ event) => event.preventDefault()} @drop=${drop}
      @click=${(/** @type {Event} */ event) => this.menu(event, side, at)}>${
        url ? html`<img class="play-pixels" src=${url} alt="" draggable="false">` : nothing
      }</button>`;
  }

  /** The picture of an edge, as it was last drawn. @param {Side} side @param {Spot} spot */
  urlOf(side, spot) {
    const at = this.drawn?.sides[side].indexOf(spot) ?? -1;
    return at < 0 ? "" : /** @type {any} */ (this.drawn)[side][at];
  }

  /** @param {number} row */
  row(row) {
    return html`<tr><th scope="row">${this.edge("rows", row)}</th>${this.sides.columns.map(
      (_, column) => html`<td>${this.cell(row, column)}</td>`,
    )}</tr>`;
  }

  /** @param {number} row @param {number} column */
  cell(row, column) {
    const columns = this.drawn?.sides.columns.length ?? 0;
    const url = column < columns ? this.drawn?.pictures[row * columns + column] : "";
    return url
      ? html`<img class="play-pixels" src=${url} alt="Row ${row + 1} with column ${column + 1}">`
      : html`<span class="play-blank"></span>`;
  }

  /** @param {Side} side */
  more(side) {
    const { length } = this.sides[side];
    if (length >= MOST) return nothing;
    const add = (/** @type {Spot} */ spot) => this.put(side, length, spot);
    const what = side === "rows" ? "row" : "column";
    const drop = (/** @type {DragEvent} */ event) => {
      const one = carried(event);
      if (!one) return;
      event.preventDefault();
      add(one.spot);
    };
    return html`<button class="button icon" type="button" aria-label="Another ${what}" title="Another ${what}"
      @dragover=${(/** @type {DragEvent} */ event) => event.preventDefault()} @drop=${drop}
      @click=${() => add({ ...firstSpot(), label: this.play.spot.label, seed: chance() })}>${icon("plus")}</button>`;
  }

  /** @param {Event} event @param {Side} side @param {number} at */
  menu(event, side, at) {
    const { play } = this;
    const alone = this.sides[side].length === 1;
    openMenu(event, [
      { text: "Take the picture that is shown", icon: "pictures", run: () => this.put(side, at, play.spot) },
      ...play.tray.map(({ spot }, place) => ({
        text: `Take number ${place + 1} of those put aside`,
        run: () => this.put(side, at, spot),
      })),
      {
        text: "Take another one",
        icon: /** @type {const} */ ("dice"),
        run: () => this.put(side, at, { ...firstSpot(), label: play.spot.label, seed: chance() }),
      },
      { text: "Show it above", icon: "up", run: () => play.show(this.sides[side][at]) },
      {
        text: "Remove",
        icon: "trash",
        danger: true,
        why: alone ? "A table has at least one." : null,
        run: () => this.remove(side, at),
      },
    ]);
  }

  async save() {
    const { rows, columns } = this.sides;
    const title = `Table of ${rows.length} by ${columns.length}`;
    const body = { ...this.body, title, state: this.state() };
    this.added(await api.post(`${this.play.path}/table/save`, body));
    toast("The table is saved.", { kind: "good" });
  }

  end() {
    this.latest.end();
  }
}
