// @ts-check
// Classify and attack: a picture, what the classifier says of it, and how it is misled.
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import * as api from "../api.js";
import { whileBusy } from "../components/busy.js";
import { icon } from "../components/icons.js";
import { doing, fault } from "../components/parts.js";
import { toast, toastFault } from "../components/toast.js";
import { view } from "../components/view.js";
import { queryKeeper } from "../shell/router.js";
import { CLIENT } from "../streamed.js";
import { Examples } from "../use/examples.js";
import { Latest } from "../use/latest.js";
import { PictureInput } from "../use/pictures.js";
import { SavedStrip } from "../use/saved.js";
import { Attacking, networkApi } from "./asking.js";
import { controls, normsOf, titleOf } from "./controls.js";
import { converted, written } from "./epsilon.js";
import { Many } from "./many.js";
import { answer, triptych, verdict } from "./shown.js";
import { possible, queryOf, restored, stateOf } from "./state.js";

/** @typedef {import("./asking.js").Attackable} Attackable */
/** @typedef {import("./asking.js").Attacked} Attacked */
/** @typedef {import("./state.js").State} State */

const NOTED = 300;
/** Of the first examples: the first digit of these is misled by FGSM, and not by noise as large. */
const SEED = 2;

export class AttackPage {
  /**
   * @param {HTMLElement} root @param {import("../use/networks.js").Network} network
   * @param {URLSearchParams} query
   */
  constructor(root, network, query) {
    this.keepQuery = queryKeeper();
    this.network = network;
    this.saving = query.get("saved");
    this.state = stateOf(query);
    /** @type {Attackable | null} */
    this.about = null;
    /** @type {import("./asking.js").Said | null} */
    this.said = null;
    /** @type {import("./asking.js").Slope | null} */
    this.slope = null;
    /** @type {Attacked | null} */
    this.found = null;
    /** @type {State | null} the state of which `found` is */
    this.foundOf = null;
    /** @type {unknown} why nothing can be shown */
    this.missing = null;
    /** @type {unknown} */
    this.error = null;
    /** @type {unknown} */
    this.attackError = null;
    this.noting = 0;
    this.ended = false;
    this.view = view(root, () => this.template());
    const changed = () => this.view.draw();
    this.input = new PictureInput({ take: ([picture]) => this.choose(picture.id), changed });
    const take = (/** @type {{id: string}} */ { id }) => this.choose(id);
    this.examples = new Examples(network.key, { seed: SEED, take, changed });
    this.view.now();
    this.open();
  }

  async open() {
    try {
      this.about = await api.get(`${networkApi(this.network.key)}/attackable`);
    } catch (error) {
      this.missing = error;
      return this.view.draw();
    }
    if (this.ended) return;
    this.begin(/** @type {Attackable} */ (this.about));
    const loading = this.examples.load();
    if (this.saving) return this.restore(this.saving);
    if (this.state.picture) return this.look();
    const [first] = await loading;
    if (first && !this.state.picture && !this.ended) this.choose(first.id);
  }

  /** @param {Attackable} about */
  begin(about) {
    const changed = () => this.view.draw();
    const path = networkApi(about.classifier);
    const post = (/** @type {string} */ what) => (/** @type {any} */ body, /** @type {AbortSignal} */ signal) =>
      api.post(`${path}/${what}`, body, { signal, headers: CLIENT });
    const fail = (/** @type {unknown} */ error) => {
      this.error = error;
      changed();
    };
    this.classifying = new Latest(post("classify"), (said) => this.hear({ said }), fail);
    this.sloping = new Latest(post("gradient"), (slope) => this.hear({ slope }), fail);
    this.attacking = new Attacking(about.classifier, {
      take: (found, body) => this.hear({ found, foundOf: { ...this.state, ...body }, attackError: null }),
      fail: (error) => this.hear({ attackError: error }),
      isSlow: ({ attack, learned }) =>
        !learned && Boolean(about.attacks.find(({ name }) => name === attack)?.slow),
      changed,
    });
    this.saved = new SavedStrip(about.classifier, "attack", (saved) => this.reopen(saved), changed);
    this.saved.load();
    this.many = new Many(about, this.network, changed);
    this.state = possible(this.state, about);
    const learnt = about.learnt.find(({ run }) => run === about.learned);
    if (learnt && !this.state.learned)
      this.state = { ...this.state, learned: learnt.run, epsilon: learnt.epsilon, target: learnt.target };
    // An address may name an attack that is not meant for its norm.
    const norms = normsOf(about, this.state);
    if (!norms.includes(this.state.norm)) {
      const epsilon = converted(this.state.epsilon, this.state.norm, norms[0], this.count);
      this.state = { ...this.state, norm: norms[0], epsilon };
    }
  }

  /** Numbers in a picture, as the classifier takes it. */
  get count() {
    const [height, width, channels] = this.network.pictures.length ? this.network.pictures : [224, 224, 3];
    return height * width * channels;
  }

  /** @param {Partial<AttackPage>} news */
  hear(news) {
    Object.assign(this, news);
    this.view.draw();
  }

  /** Another picture. @param {string} picture */
  choose(picture) {
    this.state = { ...this.state, picture, target: this.state.learned ? this.state.target : null };
    this.look();
  }

  look() {
    const { picture, slope: label } = this.state;
    this.error = null;
    this.classifying?.ask({ picture });
    this.sloping?.ask({ picture, label });
    this.attack();
  }

  /** @param {Partial<State>} change */
  set(change) {
    const { norm: before } = this.state;
    const state = { ...this.state, ...change };
    const norms = this.about ? normsOf(this.about, state) : [];
    if (norms.length && !norms.includes(state.norm)) state.norm = norms[0];
    if (change.epsilon === undefined)
      state.epsilon = converted(state.epsilon, before, state.norm, this.count);
    this.state = state;
    this.attack();
  }

  attack() {
    this.attackError = null;
    if (this.state.picture) this.attacking?.ask(bodyOf(this.state));
    this.note();
    this.view.draw();
  }

  /** The address holds what is shown, once the hand rests. */
  note() {
    clearTimeout(this.noting);
    this.noting = window.setTimeout(() => this.keepQuery({ ...queryOf(this.state), saved: null }), NOTED);
  }

  /** @param {number | null} slope */
  derive(slope) {
    this.state = { ...this.state, slope };
    this.sloping?.ask({ picture: this.state.picture, label: slope });
    this.note();
  }

  /** @param {Event} event */
  save(event) {
    return whileBusy(event, async () => {
      const { found, foundOf, about } = this;
      if (!found || !foundOf || !about) return;
      const [before, after] = [found.answers.original[0], found.answers.attacked[0]];
      const title = `${before.name} → ${after.name}, ${titleOf(foundOf)} ${written(foundOf.epsilon)}`;
      // Pictures that were sent go when others come; what was saved keeps its own.
      const state = { ...foundOf, original: found.original };
      const body = { attack: bodyOf(foundOf), title: title.slice(0, 200), state };
      this.saved?.add(await api.post(`${networkApi(about.classifier)}/attacked/saved`, body));
      toast("Saved, with what it was made of.", { kind: "good" });
    });
  }

  /** @param {string} id */
  async restore(id) {
    try {
      await this.reopen(await /** @type {SavedStrip} */ (this.saved).find(id));
    } catch (error) {
      this.hear({ error });
    }
  }

  /** @param {import("../use/saved.js").Saved} saved */
  async reopen(saved) {
    try {
      const [picture] = (await api.upload("/pictures", [fileOf(saved.state.original)])).pictures;
      this.state = { ...restored(saved.state), picture: picture.id };
      this.look();
    } catch (error) {
      toastFault(error);
    }
  }

  /** @param {Event} event */
  link(event) {
    return whileBusy(event, async () => {
      this.keepQuery({ ...queryOf(this.state), saved: null });
      await navigator.clipboard.writeText(location.href);
      toast("The link is copied: it brings this back.", { kind: "good" });
    });
  }

  template() {
    if (this.missing) return fault(this.missing);
    return html`<div class="stack attack-page">
      <section class="card attack-choice" aria-label="Picture"><div>${this.input.template()}</div>
        <div class="stack">${this.examples.template(this.state.picture)}</div></section>
      ${this.error ? fault(this.error) : nothing}
      <section class="card stack" aria-labelledby="attack-said"><h2 id="attack-said">What it says</h2>${answer({
        said: this.said,
        truth: this.examples.labels.get(this.state.picture ?? "") ?? null,
        slope: this.slope,
        classes: this.about?.classes ?? [],
        chosen: this.state.slope,
        choose: (label) => this.derive(label),
      })}</section>
      <section class="card stack" aria-labelledby="attack-it"><h2 id="attack-it">How it is misled</h2>
        <div class="attack-split">${
          this.about
            ? controls(this.about, this.state, {
                count: this.count,
                said: this.said?.classes[0]?.label ?? null,
                set: (change) => this.set(change),
              })
            : doing("Opening the classifier")
        }<div class="stack attack-results">${this.results()}</div></div></section>
      ${this.many ? this.many.template(this.state) : nothing}${this.saved?.template() ?? nothing}</div>`;
  }

  results() {
    const { found, foundOf } = this;
    // Where the picture is gone, that is said once, above.
    const attackError = this.error ? null : this.attackError;
    const isSlow = this.attacking?.how.isSlow(bodyOf(this.state)) ?? false;
    const slow = isSlow && this.attacking?.isBusy;
    // What follows at once is not dimmed on the way.
    const isOther = isSlow && foundOf && JSON.stringify(bodyOf(foundOf)) !== JSON.stringify(bodyOf(this.state));
    return html`${attackError ? fault(attackError) : nothing}
      ${
        slow
          ? html`<div class="row apart note">${doing(`${titleOf(this.state)} asks the classifier thousands of times`)}<button
            class="button small" type="button" @click=${() => this.attacking?.stop()}>${icon("stop")}Stop</button></div>`
          : nothing
      }
      ${
        found && foundOf
          ? html`<div class="stack ${attackError || isOther ? "attack-stale" : ""}">${triptych(found, titleOf(foundOf), foundOf.target)}
            ${verdict(found, titleOf(foundOf))}</div>
            <div class="row"><button class="button" type="button" @click=${(/** @type {Event} */ event) => this.save(event)}
              >${icon("save")}Save</button><button class="button" type="button"
              @click=${(/** @type {Event} */ event) => this.link(event)}>${icon("link")}Copy the link</button></div>`
          : attackError || slow
            ? nothing
            : html`<div class="attack-blank" aria-hidden="true"></div>`
      }`;
  }

  end() {
    this.ended = true;
    clearTimeout(this.noting);
    for (const each of [this.input, this.examples, this.classifying, this.sloping, this.attacking, this.many])
      each?.end();
    this.view.end();
  }
}

/** What an attack is asked for by. @param {State} state @returns {import("./asking.js").AttackBody} */
function bodyOf({ picture, attack, learned, norm, epsilon, target, seed }) {
  return { picture: picture ?? "", attack, learned, norm, epsilon, target, seed };
}

/** The picture that an address holds, as a file. @param {string} address */
function fileOf(address) {
  const bytes = Uint8Array.from(atob(address.split(",")[1]), (letter) => letter.charCodeAt(0));
  return new File([bytes], "saved.png", { type: "image/png" });
}
