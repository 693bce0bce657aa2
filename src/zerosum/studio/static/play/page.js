// @ts-check
// The page Play: the picture with what it is made of, and what can be done with it beside it.
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { live } from "../vendor/lit-html/directives/live.js";
import * as api from "../api.js";
import { icon } from "../components/icons.js";
import { doing, fault, field, segments } from "../components/parts.js";
import { tabs } from "../components/tabs.js";
import { counted } from "../components/text.js";
import { toast, toastFault } from "../components/toast.js";
import { view } from "../components/view.js";
import { whileBusy } from "../components/busy.js";
import { shortcut } from "../shell/keys.js";
import { queryKeeper } from "../shell/router.js";
import { streamed } from "../streamed.js";
import { SavedStrip } from "../use/saved.js";
import { Choice, carry } from "./choose.js";
import { Sliders } from "./directions.js";
import { Nearest } from "./nearest.js";
import { Play } from "./play.js";
import { MOST, chance, round, titleOf } from "./state.js";
import { Table } from "./table.js";
import { isFull, tray } from "./tray.js";
import { Walk } from "./walk.js";


export class PlayPage {
  /** @param {HTMLElement} root @param {import("../use/networks.js").Network} network @param {URLSearchParams} query */
  constructor(root, network, query) {
    this.keepQuery = queryKeeper();
    this.network = network;
    this.tab = query.get("tab") ?? "choose";
    this.play = new Play(
      network,
      query,
      () => this.view.draw(),
      () => this.view.now(),
    );
    this.strip = new SavedStrip(network.key, "play", (saved) => this.open(saved), () => this.view.draw());
    const [added, state] = [(/** @type {any} */ saved) => this.strip.add(saved), () => this.state()];
    /** The parts on tabs, each made when it is first looked at. @type {Record<string, () => any>} */
    this.makers = {
      choose: () => new Choice(this.play),
      move: () => new Sliders(this.play),
      walk: () => new Walk(this.play, added, state),
      table: () => new Table(this.play, added, state),
      nearest: () => new Nearest(this.play),
    };
    /** @type {Record<string, any>} */
    this.parts = {};
    this.view = view(root, () => this.template());
    this.ends = [
      shortcut("d", "Another seed", () => this.roll()),
      shortcut("a", "Put the picture aside", () => this.putAside()),
      shortcut("s", "Save the picture", () => this.save().catch(toastFault)),
    ];
    this.view.now();
    this.begin(query.get("saved"));
  }

  /** @param {string | null} saved */
  async begin(saved) {
    this.strip.load();
    await this.play.open();
    if (!saved) return;
    try {
      await this.open(await this.strip.find(saved));
    } catch (error) {
      toastFault(error);
    }
  }

  /** The tabs that fit the network. @returns {[string, string][]} */
  get tabs() {
    const { about } = this.play;
    if (!about?.symbol) return [["choose", "Choose"]];
    return [
      ["choose", "Choose"],
      ["move", "Move"],
      ["walk", "Walk"],
      ["table", about.layers ? "Mix" : "Between"],
      ["nearest", "Nearest"],
    ];
  }

  /** What is looked at on a tab. */
  get part() {
    const known = this.tabs.some(([key]) => key === this.tab) ? this.tab : "choose";
    this.parts[known] ??= this.makers[known]();
    return this.parts[known];
  }

  /** All that brings the page back. */
  state() {
    const { spot, checkpoint } = this.play;
    const pictures = this.play.tray.map((each) => each.spot);
    return { spot, checkpoint, tab: this.tab, tray: pictures, table: this.parts.table?.kept ?? null };
  }

  /** @param {import("../use/saved.js").Saved} saved */
  async open({ id, state }) {
    const { play } = this;
    play.restore(state.spot);
    clearTimeout(play.settling);
    if (this.makers[state.tab]) this.tab = state.tab;
    try {
      await play.restoreTray(state.tray);
      if (state.table) {
        this.parts.table ??= this.makers.table();
        this.parts.table.restore(state.table);
      }
    } catch (error) {
      toastFault(error);
    }
    this.keepQuery({ ...play.query, saved: id, tab: this.tab === "choose" ? "" : this.tab });
    this.view.draw();
  }

  /** @param {string} tab */
  select(tab) {
    this.parts.walk?.pause();
    this.tab = tab;
    this.keepQuery({ tab: tab === "choose" ? "" : tab });
    this.view.now();
  }

  roll() {
    this.play.change({ seed: chance(), index: 0 });
  }

  putAside() {
    const { play } = this;
    if (!play.about?.symbol || !play.picture) return;
    if (isFull(play)) toast("No more can be put aside; remove some first.");
    else play.put(play.spot, play.picture);
  }

  async save() {
    const { play } = this;
    const title = titleOf(play.spot, play.about?.classes ?? []);
    const body = { spots: [play.spot], checkpoint: play.checkpoint, title, state: this.state() };
    this.strip.add(await api.post(`${play.path}/pictures/save`, body));
    toast("Saved, with how it was made.", { kind: "good" });
  }

  /** The generator as one file, which opens without the studio. */
  async savePlayer() {
    const { play } = this;
    const body = { checkpoint: play.checkpoint, title: "Player page", state: this.state() };
    const saved = await streamed(`${play.path}/player`, body);
    this.strip.add(saved);
    toast("The page is saved below: download it, and open or send it anywhere.", { kind: "good" });
  }

  async copyLink() {
    this.keepQuery(this.play.query);
    try {
      await navigator.clipboard.writeText(location.href);
      toast("The link is copied.", { kind: "good" });
    } catch {
      toast("The address above is the link: this browser lets no page copy it.");
    }
  }

  template() {
    const { play } = this;
    if (!play.about) return play.error ? fault(play.error) : doing("Opening the network");
    const select = (/** @type {string} */ tab) => this.select(tab);
    const tab = this.tabs.some(([key]) => key === this.tab) ? this.tab : "choose";
    return html`<div class="play">
      <div class="play-shown">${this.shown()}</div>
      <div class="stack play-made">${this.controls()}</div>
      <div class="play-do">${
        this.tabs.length > 1 ? tabs("What to do", this.tabs, tab, select) : nothing
      }<div class="stack" id="panel-${tab}" role=${this.tabs.length > 1 ? "tabpanel" : nothing}
          aria-labelledby=${this.tabs.length > 1 ? `tab-${tab}` : nothing}>${this.part.template()}</div>
        ${play.about.symbol ? tray(play) : nothing}</div></div>
      ${this.strip.template()}`;
  }

  shown() {
    const { play } = this;
    const title = titleOf(play.spot, play.about?.classes ?? []);
    return html`<figure class="play-figure"><img class="play-pixels" src=${play.picture || nothing} alt=${title}
        decoding="sync" draggable="true"
        @dragstart=${(/** @type {DragEvent} */ event) => carry(event, play.spot, play.picture)}>
      <figcaption class="small dim"><span class="clip">${title}</span><span class="numbers">${counted(play.seen)} images seen</span></figcaption></figure>
      ${play.error ? fault(play.error) : nothing}`;
  }

  controls() {
    const { play } = this;
    const busily = (/** @type {() => Promise<unknown>} */ action) => (/** @type {Event} */ event) =>
      whileBusy(event, action);
    return html`<div class="row play-actions">
        <button class="button primary" type="button" @click=${() => this.roll()}>${icon("dice")}<span>Another</span></button>
        ${
          play.about?.symbol
            ? html`<button class="button" type="button" @click=${() => this.putAside()}>${icon("plus")}<span>Put aside</span></button>`
            : nothing
        }
        <button class="button" type="button" @click=${busily(() => this.save())}>${icon("save")}<span>Save</span></button>
        <button class="button icon" type="button" aria-label="Copy the link" title="Copy the link"
          @click=${() => this.copyLink()}>${icon("link")}</button>
        ${
          play.about?.symbol
            ? html`<button class="button" type="button" title="The generator as one page that draws by itself, to be sent to anybody"
                @click=${busily(() => this.savePlayer())}>${icon("download")}<span>As a page</span></button>`
            : nothing
        }</div>
      <div class="play-fields">${this.number("seed", "Seed", play.spot.seed, MOST.seed)}${this.number(
        "index",
        "Picture",
        play.spot.index + 1,
        MOST.index + 1,
      )}</div>
      ${this.classes()}${this.truncation()}${this.checkpoints()}`;
  }

  /** @param {"seed" | "index"} name @param {string} label @param {number} value @param {number} most */
  number(name, label, value, most) {
    const least = name === "index" ? 1 : 0;
    const put = (/** @type {any} */ event) => {
      const to = Math.round(event.target.valueAsNumber);
      if (Number.isNaN(to)) this.view.draw(); // What is no number gives way to what is shown.
      else this.play.change({ [name]: Math.min(most, Math.max(least, to)) - least });
    };
    return field({
      id: `play-${name}`,
      label,
      input: html`<input id="play-${name}" type="number" inputmode="numeric" min=${least} max=${most} step="1"
        .value=${live(String(value))} aria-describedby="play-${name}-help play-${name}-error" @change=${put}>`,
    });
  }

  classes() {
    const { classes = [] } = this.play.about ?? {};
    if (!classes.length) return nothing;
    const put = (/** @type {any} */ event) =>
      this.play.change({ label: event.target.value === "" ? null : Number(event.target.value) });
    return field({
      id: "play-class",
      label: "Class",
      input: html`<select id="play-class" aria-describedby="play-class-help play-class-error" @change=${put}>
        <option value="" .selected=${live(this.play.spot.label === null)}>As often as in the data</option>${classes.map(
          (name, label) =>
            html`<option value=${label} .selected=${live(this.play.spot.label === label)}>${name}</option>`,
        )}</select>`,
    });
  }

  truncation() {
    const range = this.play.about?.truncation;
    if (!range) return nothing;
    const value = this.play.spot.truncation;
    const put = (/** @type {any} */ event) => {
      const to = Number(event.target.value);
      this.play.change({ truncation: to >= range.most ? null : round(to) });
    };
    return field({
      id: "play-truncation",
      label: `Truncation: ${value === null ? "none" : round(value)}`,
      input: html`<input id="play-truncation" type="range" min=${range.least} max=${range.most} step="0.05"
        .value=${live(String(value ?? range.most))} aria-valuetext=${value === null ? "none" : String(round(value))}
        aria-describedby="play-truncation-help play-truncation-error" @input=${put}>`,
      help: "Less is less varied, and more often good.",
    });
  }

  checkpoints() {
    if (this.network.checkpoints.length < 2) return nothing;
    return segments(
      "Checkpoint",
      [
        ["latest", "The newest"],
        ["best", "The best"],
      ],
      this.play.checkpoint,
      (checkpoint) => {
        this.play.checkpoint = /** @type {"latest" | "best"} */ (checkpoint);
        this.play.directions.clear();
        for (const part of Object.values(this.parts)) part.end();
        this.parts = {};
        this.play.show(this.play.spot);
      },
    );
  }

  end() {
    for (const end of this.ends) end();
    for (const part of Object.values(this.parts)) part.end();
    this.play.end();
    this.view.end();
  }
}
