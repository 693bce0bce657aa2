// @ts-check
// The page: pad and tools, the pictures that follow, what is edited, what was saved.
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { whileBusy } from "../components/busy.js";
import { icon } from "../components/icons.js";
import { fault } from "../components/parts.js";
import { plural } from "../components/text.js";
import { toast, toastFault } from "../components/toast.js";
import { view } from "../components/view.js";
import { queryKeeper } from "../shell/router.js";
import { SavedStrip } from "../use/saved.js";
import { CANDIDATES, Drawing } from "./drawing.js";
import { Following } from "./following.js";
import { OwnPicture } from "./own.js";
import { Pad } from "./pad.js";
import { history, slider, tools } from "./tools.js";

/** @typedef {import("../use/networks.js").Network} Network */

const HINTS = {
  colour: "Paint what the picture shall show; the nearest pictures of the generator follow.",
  edge: "Draw a line where the picture shall have an edge, whatever its colours.",
  warp: "Drag a round part of the picture to where it shall be.",
  erase: "Rub out strokes: there the picture may be anything again.",
};

export class Desk {
  /** @param {HTMLElement} root @param {Network} network @param {string | null} saved */
  constructor(root, network, saved) {
    this.network = network;
    this.keepQuery = queryKeeper();
    const [height, width, channels] = network.pictures;
    this.size = /** @type {[number, number]} */ ([height, width]);
    this.isGrey = channels === 1;
    /** @type {import("./pad.js").Brush} */
    this.brush = { tool: "colour", width: 0.09, colour: "#ffffff" };
    this.drawing = new Drawing();
    this.view = view(root, () => this.template());
    const changed = () => this.changed();
    this.following = new Following(network.key, this.drawing, changed);
    this.pad = new Pad(this.drawing, this.brush, this.size, () => this.drawn());
    this.own = new OwnPicture(this.following.path, (base) => this.begin(base), changed);
    this.strip = new SavedStrip(network.key, "draw", (each) => this.restore(each), changed);
    this.stopping = new AbortController();
    addEventListener("keydown", (event) => this.press(event), { signal: this.stopping.signal });
    this.view.now();
    this.strip.load();
    if (saved) this.open(saved);
    else this.following.follow();
  }

  end() {
    this.stopping.abort();
    this.following.end();
    this.own.end();
    this.view.end();
  }

  changed() {
    this.pad.show(this.drawing.shown?.image ?? "");
    this.view.draw();
  }

  /** Strokes have changed, or how they count. */
  drawn() {
    this.keepQuery({ saved: null });
    this.following.follow();
  }

  /** @param {import("./drawing.js").Base | null} base */
  begin(base) {
    this.drawing.begin(base);
    if (base && !base.picture) this.own.forget();
    this.drawn();
  }

  /** @param {string} id */
  async open(id) {
    try {
      this.restore(await this.strip.find(id));
    } catch (error) {
      toastFault(error);
      this.following.follow();
    }
  }

  /** @param {import("../use/saved.js").Saved} saved */
  async restore(saved) {
    const { drawing } = this;
    drawing.restore(saved.state);
    this.keepQuery({ saved: saved.id });
    if (drawing.base?.picture && !(await this.own.isStillHere(drawing.base))) {
      toast("Your own picture is no longer kept; what it was found to be nearest to stands for it.");
      [drawing.base.picture, drawing.transferred] = [null, false];
    }
    this.following.showExactly();
    this.changed();
  }

  /** @param {Event} event */
  save(event) {
    return whileBusy(event, async () => {
      const { length } = this.drawing.strokes;
      const saved = await this.following.save(length ? `Drawn, ${plural(length, "stroke")}` : "Drawn");
      this.strip.add(saved);
      this.keepQuery({ saved: saved.id });
      toast("Saved. The address of this page brings it back.", { kind: "good" });
    });
  }

  /** @param {"undo" | "redo" | "clear"} what */
  change(what) {
    this.drawing[what]();
    this.drawn();
  }

  /** @param {KeyboardEvent} event */
  press(event) {
    const key = event.key.toLowerCase();
    const inField = event.target instanceof HTMLInputElement && event.target.type !== "range";
    if (inField || event.target instanceof HTMLSelectElement || document.querySelector("dialog[open]")) return;
    if ((event.ctrlKey || event.metaKey) && key === "z") this.change(event.shiftKey ? "redo" : "undo");
    else if ((event.ctrlKey || event.metaKey) && key === "y") this.change("redo");
    else return;
    event.preventDefault();
  }

  template() {
    const { drawing, following } = this;
    return html`<div class="draw">
      ${tools(this.brush, this.isGrey, () => this.changed(), history(drawing, (what) => this.change(what)))}
      ${this.pad.canvas}
      <div class="draw-strip"><div class="draw-candidates" role="group" aria-label="Candidates"
        aria-busy=${following.isBusy}>${Array.from(
        { length: CANDIDATES },
        (_, index) => this.candidate(index),
      )}</div>
        <p class="small dim draw-said" role="status">${this.said()}</p></div>
      <figure class="draw-picture"><img class="pixelated" alt="The picture that fits best" src=${
        following.image || nothing
      } width=${this.size[1]} height=${this.size[0]}></figure>
      <div class="draw-under">
        <p class="small dim" id="draw-keys">${HINTS[this.brush.tool]}
          By keys: arrows move the brush, Space puts it down and lifts it.</p>
        ${this.weights()}
      </div>
      <div class="draw-actions">
        ${this.way()}
        ${following.error ? fault(following.error) : nothing}
        <div class="row"><button class="button primary" type="button" ?disabled=${!drawing.shown}
            @click=${(/** @type {Event} */ event) => this.save(event)}>${icon("save")}<span>Save</span></button>
          <button class="button" type="button" ?disabled=${!drawing.shown} @click=${() => this.goOn()}
            >${icon("rename")}<span>Edit this picture</span></button>
          ${
            drawing.base || drawing.strokes.length
              ? html`<button class="button quiet" type="button" @click=${() => this.anew()}>Begin anew</button>`
              : nothing
          }</div>
      </div>
      <section class="draw-below stack" aria-label="A picture of your own">${this.own.template(drawing.base)}</section>
      <div class="draw-saved">${this.strip.template()}</div>
    </div>`;
  }

  /** Edit the picture that is shown: it lies below from now on. */
  goOn() {
    const { shown } = this.drawing;
    if (shown) this.begin({ point: shown.point, picture: null, invert: false, own: null });
  }

  anew() {
    this.own.forget();
    this.begin(null);
  }

  said() {
    const { drawing, following } = this;
    if (following.isBusy && !drawing.candidates.length) return "Looking for pictures …";
    if (!drawing.strokes.length && !drawing.underWay) {
      return drawing.base
        ? "Nothing is drawn on it yet."
        : "Nothing is drawn yet: these are some pictures that the generator makes.";
    }
    const count = plural(drawing.candidates.length, "picture fits", "pictures fit");
    if (drawing.base) return `${count}; the first one is what was edited, the others are near it.`;
    return drawing.pinned
      ? `${count}; the first one goes on with your choice.`
      : `${count}; the first one fits best. Choose one to go on with it.`;
  }

  /** From where the drawing began to where it led, once it was edited. */
  way() {
    const { drawing, following } = this;
    const set = (/** @type {number} */ value) => {
      drawing.time = value;
      following.show();
    };
    const transfer = (/** @type {any} */ event) => {
      drawing.transferred = event.target.checked;
      following.show();
    };
    return html`<div class="draw-way">${slider({
      id: "draw-time",
      label: "From before to after",
      value: drawing.time,
      set,
    })}${
      drawing.base?.picture
        ? html`<label class="check"><input type="checkbox" .checked=${drawing.transferred} @change=${transfer}
            ><span>Change my picture in the same way</span></label>`
        : nothing
    }</div>`;
  }

  weights() {
    const { drawing } = this;
    const paper = (/** @type {number} */ value) => {
      drawing.paper = value;
      this.drawn();
    };
    const close = (/** @type {number} */ value) => {
      drawing.closeness = value;
      this.drawn();
    };
    return html`<div class="draw-weights">${
      drawing.base || drawing.background !== null
        ? slider({ id: "draw-paper", label: "How much what is not painted counts", value: drawing.paper, set: paper })
        : nothing
    }${
      drawing.base
        ? slider({ id: "draw-close", label: "How close to stay", value: drawing.closeness, most: 0.5, set: close })
        : nothing
    }</div>`;
  }

  /** @param {number} index */
  candidate(index) {
    const found = this.drawing.candidates[index];
    if (!found) return html`<span class="draw-candidate" aria-hidden="true"></span>`;
    const choose = () => {
      this.drawing.choose(index);
      this.following.show();
    };
    return html`<button class="draw-candidate" type="button" aria-pressed=${index === 0}
      aria-label=${`Candidate ${index + 1}`} @click=${choose}><img class="pixelated" alt="" src=${found.image || nothing}
        width=${this.size[1]} height=${this.size[0]}></button>`;
  }
}
