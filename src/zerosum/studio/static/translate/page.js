// @ts-check
// Pictures of the reader's own, or of the run's data, in the other domain and on the way back.
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { live } from "../vendor/lit-html/directives/live.js";
import * as api from "../api.js";
import { whileBusy } from "../components/busy.js";
import { icon } from "../components/icons.js";
import { doing, empty, fault, progressBar, segments } from "../components/parts.js";
import { sharpen } from "../components/picture.js";
import { counted } from "../components/text.js";
import { toast, toastFault } from "../components/toast.js";
import { view } from "../components/view.js";
import { queryKeeper } from "../shell/router.js";
import { CLIENT, streamed } from "../streamed.js";
import { Latest } from "../use/latest.js";
import { PictureInput } from "../use/pictures.js";
import { SavedStrip } from "../use/saved.js";
import { choice } from "./choice.js";
import { Folder } from "./folder.js";
import { split } from "./split.js";

/** @typedef {import("../use/networks.js").Network} Network */
/** @typedef {import("./choice.js").Picture} Picture */
/** @typedef {{picture: string, name: string, direction: string, most: number}} Asked */
/**
 * @typedef {{source: string, made: string, back: string | null, width: number, height: number,
 *   images_seen: number}} Translation
 */

/** Pixels of the longest side that take no longer than one waits for: about what was learnt at. */
const QUICK = [256, 512];
const WHOLE = 2048;
const EXAMPLES = 8;
/** Translations that are held, to which one comes back at once. */
const KEPT = 24;

/** @param {HTMLElement} root @param {Network} network @param {import("../shell/router.js").Route} route */
export function begin(root, network, route) {
  const page = new TranslatePage(root, network, route.query);
  page.start(route.query.get("saved"));
  return () => page.end();
}

class TranslatePage {
  /** @param {HTMLElement} root @param {Network} network @param {URLSearchParams} query */
  constructor(root, network, query) {
    this.keepQuery = queryKeeper();
    [this.root, this.network] = [root, network];
    this.path = `/networks/${encodeURIComponent(network.key)}`;
    this.direction = query.get("direction") ?? "";
    this.right = query.get("right") === "back" ? "back" : "made";
    const [least, most] = QUICK;
    this.quick = Math.min(most, Math.max(least, ...network.pictures.slice(0, 2)));
    this.most = query.get("size") === "own" ? WHOLE : this.quick;
    this.at = 50;
    /** @type {string[]} */
    this.directions = [];
    this.domains = ["A", "B"];
    const id = query.get("picture");
    /** @type {Picture | null} */
    this.chosen = id
      ? { id, name: query.get("name") ?? "picture", side: WHOLE, own: true }
      : null;
    /** @type {Picture[]} */
    this.pictures = this.chosen ? [this.chosen] : [];
    /** @type {Picture[]} */
    this.examples = [];
    this.seed = 0;
    /** What has been made, by what was asked. @type {Map<string, Translation>} */
    this.kept = new Map();
    /** @type {Translation | null} */
    this.shown = null;
    /** @type {unknown} */
    this.error = null;
    this.ready = false;
    /** @type {number | null} */
    this.share = null;
    this.busy = false;
    this.large = new AbortController();
    this.view = view(root, () => this.template());
    const changed = () => this.view.draw();
    this.latest = new Latest(
      (/** @type {Asked} */ body, signal) =>
        api.post(`${this.path}/translation`, body, { signal, headers: CLIENT }),
      (answer, body) => this.take(answer, body),
      (wrong, body) => this.fail(wrong, body),
    );
    this.input = new PictureInput({ multiple: true, take: (come) => this.come(come), changed });
    this.saved = new SavedStrip(network.key, "translate", (saved) => this.bring(saved), changed);
    this.folder = new Folder(
      network,
      () => this.direction,
      (direction) => `Translate: ${this.words(direction)}`,
      changed,
    );
    this.view.now();
  }

  end() {
    this.large.abort();
    for (const each of [this.latest, this.input, this.folder, this.view]) each.end();
  }

  /** @param {string | null} id of what was saved */
  async start(id) {
    this.saved.load();
    this.folder.load();
    try {
      const { directions, domains } = await api.get(`${this.path}/directions`);
      [this.directions, this.domains] = [directions, domains];
      if (!directions.includes(this.direction)) this.direction = directions[0];
    } catch (error) {
      this.error = error;
      return this.view.draw();
    }
    this.ready = true;
    if (id) {
      try {
        this.bring(await this.saved.find(id));
      } catch (error) {
        toastFault(error);
      }
    }
    if (this.chosen) this.ask();
    await this.loadExamples();
  }

  /** Some of the run's own pictures, of the domain from which the direction goes. */
  async loadExamples() {
    const [domain, seed] = [this.direction[0], this.seed];
    const query = { count: EXAMPLES, seed, domain };
    /** @type {Picture[]} */
    let examples = [];
    try {
      const { pictures } = await api.get(`${this.path}/examples`, query);
      examples = pictures.map((/** @type {any} */ each) => pictured(each, false));
    } catch {
      // The data may have moved: pictures of one's own do as well.
    }
    if (domain !== this.direction[0] || seed !== this.seed) return;
    this.examples = examples;
    if (examples.length && !this.chosen?.own) this.choose(examples[0]);
    this.view.draw();
  }

  /** @param {import("../use/pictures.js").Picture[]} come */
  come(come) {
    const own = come.map((each) => pictured(each, true));
    const others = this.pictures.filter(({ id }) => !own.some((each) => each.id === id));
    this.pictures = [...own, ...others];
    this.choose(own[0]);
    this.look();
  }

  /** On a small screen what was chosen is shown above. */
  look() {
    this.root.querySelector(".stage")?.scrollIntoView({ block: "nearest" });
  }

  /** @param {Picture} picture */
  choose(picture) {
    this.chosen = picture;
    this.note();
    this.ask();
  }

  note() {
    const { chosen } = this;
    this.keepQuery({
      picture: chosen?.own ? chosen.id : null,
      name: chosen?.own ? chosen.name : null,
      direction: this.direction === this.directions[0] ? null : this.direction,
      right: this.right === "back" ? "back" : null,
      size: this.most === WHOLE ? "own" : null,
      saved: null,
    });
  }

  /** @returns {Asked} */
  asked() {
    const { id, name } = /** @type {Picture} */ (this.chosen);
    return { picture: id, name, direction: this.direction, most: this.most };
  }

  ask() {
    if (!this.chosen || !this.ready) return;
    this.large.abort();
    const body = this.asked();
    const known = this.kept.get(keyOf(body));
    this.error = null;
    // A run that is being trained may translate otherwise by now.
    if (known && this.network.state === "finished") this.take(known, body);
    else if (body.most > this.quick) this.askLarge(body);
    else {
      this.busy = true;
      this.latest.ask(body);
    }
    this.view.draw();
  }

  /** @param {Asked} body */
  async askLarge(body) {
    this.large = new AbortController();
    const { signal } = this.large;
    [this.busy, this.share] = [true, null];
    const progress = (/** @type {number} */ done, /** @type {number} */ total) => {
      this.share = done / total;
      this.view.draw();
    };
    try {
      this.take(await streamed(`${this.path}/translation/stream`, body, { progress, signal }), body);
    } catch (error) {
      if (!signal.aborted) this.fail(error, body);
    }
  }

  /** @param {Translation} answer @param {Asked} body */
  take(answer, body) {
    this.kept.set(keyOf(body), answer);
    for (const [oldest] of this.kept) if (this.kept.size > KEPT) this.kept.delete(oldest);
    if (!this.chosen || keyOf(body) !== keyOf(this.asked())) return;
    [this.shown, this.error, this.busy] = [answer, null, false];
    this.view.draw();
  }

  /** @param {unknown} error @param {Asked} body */
  fail(error, body) {
    if (!this.chosen || keyOf(body) !== keyOf(this.asked())) return;
    [this.shown, this.error, this.busy] = [null, error, false];
    this.view.draw();
  }

  /** Come back to what was saved. @param {import("../use/saved.js").Saved} saved */
  bring({ id, state }) {
    const { picture, name, direction, most, right, at } = state;
    if (this.directions.includes(direction)) this.direction = direction;
    [this.right, this.at] = [right === "back" ? "back" : "made", Number(at) || 50];
    this.most = most === WHOLE ? WHOLE : this.quick;
    const [width, height] = [WHOLE, 0]; // Nobody noted it; its translation tells.
    this.come([{ id: String(picture), name: String(name), width, height, url: "" }]);
    this.keepQuery({ saved: id });
  }

  /** @param {Event} event */
  save(event) {
    const [{ right, at }, asked] = [this, this.asked()];
    return whileBusy(event, async () => {
      try {
        const state = { ...asked, right, at };
        const title = `${asked.name}: ${this.words(asked.direction)}`.slice(0, 200);
        const body = { ...asked, title, state };
        // Asked by nobody in particular, so that no picture that is looked at meanwhile cancels it.
        this.saved.add(await streamed(`${this.path}/translation/save`, body, { headers: {} }));
        this.keepQuery({ saved: this.saved.all[0].id });
        toast("The translation is saved; the address brings it back.", { kind: "good" });
      } catch (error) {
        toastFault(error);
      }
    });
  }

  /** @param {string} direction such as `a2b` */
  words(direction) {
    const [a, b] = this.domains;
    return direction === "b2a" ? `${b} → ${a}` : `${a} → ${b}`;
  }

  /** @param {string} direction */
  turn(direction) {
    this.direction = direction;
    this.note();
    if (this.chosen?.own) this.ask();
    this.loadExamples();
    this.view.draw();
  }

  template() {
    return html`<div class="translate"><div class="stack">
        <div class="translate-bar">${this.bar()}</div>
        <div class="stage">${this.stage()}</div>
        <div class="translate-wait" role="status">${this.facts()}</div>
        ${this.shown ? this.three(this.shown) : nothing}</div>
      <div class="stack">${this.input.template()}${this.strips()}</div></div>
      <div class="stack translate-below">${this.folder.template()}${this.saved.template()}</div>`;
  }

  bar() {
    const size = (/** @type {any} */ event) => {
      this.most = event.target.checked ? WHOLE : this.quick;
      this.note();
      this.ask();
    };
    /** @type {[string, string][]} */
    const ways = this.directions.map((each) => [each, this.words(each)]);
    return html`${
        ways.length > 1
          ? segments("Direction", ways, this.direction, (each) => this.turn(each))
          : html`<strong>${ways.map(([, words]) => words)}</strong>`
      }
      ${
        this.chosen && this.chosen.side > this.quick
          ? html`<label class="check small"><input type="checkbox"
            .checked=${live(this.most === WHOLE)} @change=${size}>Whole size
            <span class="dim">(else ${this.quick} pixels)</span></label>`
          : nothing
      }
      <button class="button" type="button" ?disabled=${!this.shown || this.busy}
        @click=${(/** @type {Event} */ event) => this.save(event)}>${icon("save")}Save</button>`;
  }

  stage() {
    const { shown } = this;
    if (this.error) return fault(this.error);
    if (!shown)
      return this.chosen || !this.ready
        ? doing("Translating")
        : empty({
            icon: "pictures",
            title: "No picture yet",
            text: "Drop one, or take one with the camera: it is shown beside its translation.",
          });
    const isBack = this.right === "back" && shown.back !== null;
    return split({
      before: shown.source,
      after: isBack ? /** @type {string} */ (shown.back) : shown.made,
      words: ["Original", isBack ? "There and back" : "Translation"],
      size: [shown.width, shown.height],
      at: this.at,
      move: (at) => (this.at = at),
    });
  }

  facts() {
    const { shown } = this;
    if (this.busy && this.most > this.quick)
      return html`<div class="row">${progressBar({ share: this.share, label: "Translating" })}
        <span class="small dim">Large pictures go through in parts.</span></div>`;
    if (!shown || this.error) return nothing;
    return html`<p class="small dim numbers">${counted(shown.width)} × ${counted(shown.height)} pixels,
      by the network after ${counted(shown.images_seen)} images</p>`;
  }

  /** @param {Translation} shown */
  three(shown) {
    const choose = (/** @type {string} */ right) => {
      this.right = right;
      this.note();
      this.view.draw();
    };
    const picture = (/** @type {string} */ url, /** @type {string} */ words) =>
      html`<img src=${url} alt="" @load=${sharpen}><span class="small">${words}</span>`;
    const one = (/** @type {"made" | "back"} */ right, /** @type {string} */ words) =>
      html`<button type="button" aria-pressed=${this.right === right}
        title="Lay it beside the original" @click=${() => choose(right)}>${picture(
          /** @type {string} */ (shown[right]),
          words,
        )}</button>`;
    if (!shown.back) return nothing;
    return html`<div class="translate-three" role="group" aria-label="Beside the original">
      <div>${picture(shown.source, "Original")}</div>${one("made", "Translation")}${one(
        "back",
        "There and back",
      )}</div>`;
  }

  strips() {
    return choice({
      pictures: this.pictures,
      examples: this.examples,
      chosen: this.chosen?.id ?? "",
      choose: (picture) => {
        this.choose(picture);
        this.look();
      },
      others: () => {
        this.seed += 1;
        if (!this.chosen?.own) this.chosen = null;
        this.loadExamples();
      },
    });
  }
}

/** @param {{id: string, name: string, width: number, height: number}} picture @param {boolean} own */
const pictured = ({ id, name, width, height }, own) => ({
  id,
  name,
  side: Math.max(width, height),
  own,
});

/** @param {Asked} body */
const keyOf = ({ picture, direction, most }) => `${picture} ${direction} ${most}`;
