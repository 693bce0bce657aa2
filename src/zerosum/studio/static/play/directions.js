// @ts-check
// Sliders: how far the picture is moved along directions of its latent space.
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { live } from "../vendor/lit-html/directives/live.js";
import { repeat } from "../vendor/lit-html/directives/repeat.js";
import * as api from "../api.js";
import { icon } from "../components/icons.js";
import { ask } from "../components/dialog.js";
import { doing, fault, progressBar, segments } from "../components/parts.js";
import { openMenu } from "../components/menu.js";
import { toast } from "../components/toast.js";
import { networks } from "../use/networks.js";
import { askName } from "./naming.js";
import { amountOf, moved, round } from "./state.js";

/** @typedef {import("./play.js").Play} Play */
/** @typedef {import("./play.js").Direction} Direction */

const REACH = 8;
const WORDS = { pca: "PCA", sefa: "SeFa", class: "Classes", kept: "Named" };
const TEXTS = {
  pca: "What random pictures differ in most (principal components; GANSpace), the strongest first.",
  sefa: "What the first layer passes on most strongly (its singular directions; SeFa).",
  class: "Towards a class, and away from it.",
  kept: "Directions that were given names. They are kept with the network, for `zerosum edit` too.",
};

export class Sliders {
  /** @param {Play} play */
  constructor(play) {
    this.play = play;
    this.kind = play.about?.methods[0] ?? "kept";
    /** @type {import("../use/networks.js").Network[] | null} */
    this.judges = null;
    this.judge = "";
    /** @type {unknown} */
    this.error = null;
    this.open(this.kind);
  }

  /** The method as the server knows it. */
  get method() {
    return this.kind === "class" && this.judge ? `class:${this.judge}` : this.kind;
  }

  /** @param {string} kind */
  async open(kind) {
    this.kind = kind;
    this.error = null;
    try {
      if (kind === "class" && !this.play.about?.classes.length) await this.findJudges();
      if (kind !== "class" || this.judge || this.play.about?.classes.length)
        await this.play.find(this.method);
    } catch (error) {
      if (this.kind === kind) this.error = error;
    }
    this.play.changed();
  }

  /** Classifiers that can say of which class a picture is. */
  async findJudges() {
    this.play.changed();
    if (this.judges) return;
    const { pictures, recipe, key } = this.play.network;
    const [height, width, channels] = pictures;
    const all = (await networks()).filter((each) => each.abilities.includes("classify"));
    this.judges = all.filter((each) => !each.pictures.length || each.pictures[2] === channels);
    const own = this.judges.find(
      (each) => each.run && each.pictures[0] === height && each.pictures[1] === width,
    );
    const isDigits = key === "@digits" || /digits|mnist/.test(recipe);
    this.judge = (isDigits ? "@digits" : own?.key) ?? "";
  }

  template() {
    const { play } = this;
    const kinds = [...(play.about?.methods ?? []), "class", "kept"];
    const found = play.directions.get(this.method);
    const isLooking = play.finding.has(this.method);
    // After the run has saved again, directions are others.
    const isKnown = this.kind !== "class" || this.judge || play.about?.classes.length;
    if (!found && !isLooking && !this.error && isKnown) this.open(this.kind);
    return html`<div class="row apart">${segments(
      "Directions",
      kinds.map((kind) => [kind, WORDS[kind] ?? kind]),
      this.kind,
      (kind) => this.open(kind),
    )}<button class="button" type="button" aria-disabled=${!play.spot.moves.length}
        @click=${() => play.spot.moves.length && play.change({ moves: [] })}>Back to the start</button></div>
    <p class="small dim">${TEXTS[this.kind] ?? ""}</p>
    ${this.kind === "class" && !play.about?.classes.length ? this.judgeChoice() : nothing}
    ${this.error ? fault(this.error) : nothing}
    ${
      found
        ? this.list(found)
        : isLooking
          ? html`<div class="stack">${doing("Looking for directions")}${
              play.step
                ? progressBar({ share: play.step.done / play.step.total, label: "Looking" })
                : nothing
            }</div>`
          : nothing
    }
    ${this.others()}`;
  }

  judgeChoice() {
    if (!this.judges) return doing("Looking for classifiers");
    return html`<div class="field"><label for="play-judge">Which classifier says what is what</label>
      <select id="play-judge" @change=${(/** @type {any} */ event) => {
        this.judge = event.target.value;
        this.open("class");
      }}>${this.judge ? nothing : html`<option value="">Choose</option>`}${this.judges.map(
        (each) =>
          html`<option value=${each.key} .selected=${live(each.key === this.judge)}>${each.title}</option>`,
      )}</select></div>`;
  }

  /** @param {Direction[]} found */
  list(found) {
    if (!found.length)
      return html`<p class="dim">Nothing has a name yet. Move some sliders, then name where they lead.</p>`;
    return html`<ul class="play-sliders">${repeat(
      found,
      (each) => `${each.method} ${each.name}`,
      (each) => this.slider(each),
    )}</ul>`;
  }

  /** @param {Direction} direction */
  slider({ method, name, text }) {
    const { play } = this;
    const amount = amountOf(play.spot, method, name);
    const words = labelOf({ method, name, text });
    const put = (/** @type {number} */ to) => play.show(moved(play.spot, method, name, round(to)));
    return html`<li><span class="clip" title=${method === "kept" ? text : words}>${words}</span>
      <input type="range" min=${-REACH} max=${REACH} step="0.1" aria-label=${words}
        .value=${live(String(amount))} aria-valuetext=${String(round(amount))}
        @dblclick=${() => put(0)}
        @input=${(/** @type {any} */ event) => put(Number(event.target.value))}>
      <output class="numbers small">${amount ? round(amount).toFixed(1) : "0"}</output>
      <button class="button quiet icon small" type="button" aria-label="What to do with ${words}"
        aria-haspopup="menu" @click=${(/** @type {Event} */ event) => this.menu(event, method, name)}>${icon("more")}</button></li>`;
  }

  /** @param {Event} event @param {string} method @param {string} name */
  menu(event, method, name) {
    const { play } = this;
    const zero = {
      text: "Back to 0",
      run: () => play.show(moved(play.spot, method, name, 0)),
    };
    openMenu(
      event,
      method === "kept"
        ? [
            zero,
            { text: "Rename", icon: "rename", run: () => this.rename(name) },
            { text: "Delete", icon: "trash", danger: true, run: () => this.drop(name) },
          ]
        : [zero, { text: "Give it a name", icon: "save", run: () => this.keep([[method, name, 1]]) }],
    );
  }

  /** What else the picture is moved by, and a name for all together. */
  others() {
    const { play } = this;
    const { moves } = play.spot;
    if (!moves.length) return nothing;
    const elsewhere = moves.filter(([method]) => method !== this.method);
    return html`<div class="stack tight play-moves">${
      elsewhere.length
        ? html`<p class="small dim">Also moved along</p><ul class="row">${elsewhere.map(
            ([method, name, amount]) =>
              html`<li><button class="button small" type="button"
                aria-label="No longer along ${method} ${name}"
                @click=${() => play.show(moved(play.spot, method, name, 0))}
                ><span class="clip">${labelOf({ method, name, text: "" })} ${amount > 0 ? "+" : ""}${round(amount)}</span>${icon("close")}</button></li>`,
          )}</ul>`
        : nothing
    }<div class="row"><button class="button" type="button" @click=${() => this.keep(moves)}
      >${icon("save")}<span>Name this direction</span></button></div></div>`;
  }

  /** @param {import("./state.js").Move[]} moves */
  async keep(moves) {
    const { play } = this;
    await askName({ title: "Name a direction", confirm: "Keep", name: "" }, async (name) => {
      const body = { name, moves, checkpoint: play.checkpoint };
      play.directions.set("kept", (await api.post(`${play.path}/kept`, body)).directions);
      toast(`${name} is kept with the network.`, { kind: "good" });
      this.open("kept");
    });
  }

  /** @param {string} name */
  async rename(name) {
    const { play } = this;
    await askName({ title: `Rename ${name}`, confirm: "Rename", name }, async (to) => {
      const { directions } = await api.post(`${play.path}/kept/rename`, { name, new: to });
      play.directions.set("kept", directions);
      const amount = amountOf(play.spot, "kept", name);
      if (amount) play.show(moved(moved(play.spot, "kept", name, 0), "kept", to, amount));
      play.changed();
    });
  }

  /** @param {string} name */
  async drop(name) {
    const { play } = this;
    await ask({
      title: "Delete the direction?",
      text: `${name} is kept no longer. Links and saved pictures that use it show it no more.`,
      confirm: "Delete",
      danger: true,
      action: async () => {
        const { directions } = await api.remove(`${play.path}/kept`, { name });
        play.directions.set("kept", directions);
        play.show(moved(play.spot, "kept", name, 0));
      },
    });
  }

  end() {}
}

/** @param {Direction} direction */
function labelOf({ method, name, text }) {
  if (method === "kept") return name;
  if (method.startsWith("class")) return `Towards ${text || name}`;
  if (method === "random") return `Variation ${name}`;
  return `${WORDS[method] ?? method} ${name}`;
}
