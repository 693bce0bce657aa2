// @ts-check
// Pictures to choose from: others of the seed, or some near the one that is shown.
import { html } from "../vendor/lit-html/lit-html.js";
import { fault, segments } from "../components/parts.js";
import { icon } from "../components/icons.js";
import { Latest } from "../use/latest.js";
import { MOST, chance, isSpot, moved, titleOf } from "./state.js";

/** @typedef {import("./state.js").Spot} Spot */
/** @typedef {import("./play.js").Play} Play */

const COUNT = 12;
const NEAR = 3;
const MOST_MOVES = 40;

export class Choice {
  /** @param {Play} play */
  constructor(play) {
    this.play = play;
    this.kind = "seeds";
    this.from = chance();
    /** @type {Spot[]} */
    this.spots = [];
    /** @type {string[]} */
    this.urls = [];
    /** @type {unknown} */
    this.error = null;
    this.asked = "";
    this.latest = new Latest(
      async (/** @type {Spot[]} */ spots, signal) => {
        await play.findAll(spots);
        return play.draw(spots, "choice", signal);
      },
      (answer, spots) => {
        [this.spots, this.urls, this.error] = [spots, answer.pictures, null];
        play.changed();
      },
      (error) => {
        this.error = error;
        play.changed();
      },
    );
  }

  /** The pictures that fit what is shown. @returns {Spot[]} */
  wanted() {
    const { spot } = this.play;
    const numbers = [...Array(COUNT).keys()];
    if (this.kind === "seeds") {
      const first = Math.floor(spot.index / COUNT) * COUNT;
      return numbers
        .map((at) => ({ ...spot, index: first + at }))
        .filter(({ index }) => index <= MOST.index);
    }
    return numbers.map((at) => moved(spot, "random", String(this.from + at), NEAR));
  }

  /** Ask for them, if others are shown. */
  refresh() {
    const spots = this.wanted();
    const asked = JSON.stringify(spots);
    if (asked === this.asked) return;
    this.asked = asked;
    this.latest.ask(spots);
  }

  /** @param {Spot} spot */
  choose(spot) {
    if (this.kind === "near") this.from = chance();
    this.play.show(spot);
  }

  template() {
    this.refresh();
    const { play } = this;
    const isFull = play.spot.moves.length >= MOST_MOVES;
    const again = () => {
      if (this.kind === "near") {
        this.from = chance();
        play.changed();
      } else play.change({ seed: chance(), index: 0 });
    };
    return html`<div class="row apart">${
        play.about?.symbol
          ? segments(
              "Which pictures",
              [
                ["seeds", "Of this seed"],
                ["near", "Near this one"],
              ],
              this.kind,
              (kind) => {
                this.kind = kind === "near" && isFull ? "seeds" : kind;
                play.changed();
              },
            )
          : html`<h2>Of this seed</h2>`
      }<button class="button" type="button" @click=${again}>${icon("dice")}<span>Others</span></button></div>
      ${this.error ? fault(this.error) : ""}
      <ul class="play-grid">${[...Array(COUNT).keys()].map((at) => this.card(at))}</ul>`;
  }

  /** @param {number} at */
  card(at) {
    const [spot, url] = [this.spots[at], this.urls[at]];
    if (!spot) return html`<li class="play-card"></li>`;
    const isShown = this.kind === "seeds" && spot.index === this.play.spot.index;
    const { classes = [] } = this.play.about ?? {};
    return html`<li class="play-card"><button type="button" aria-pressed=${isShown}
      aria-label=${this.kind === "seeds" ? titleOf(spot, classes) : `Variation ${at + 1}`}
      draggable="true" @dragstart=${(/** @type {DragEvent} */ event) => carry(event, spot, url)}
      @click=${() => this.choose(spot)}><img class="play-pixels" src=${url} alt="" draggable="false"></button></li>`;
  }

  end() {
    this.latest.end();
  }
}

/** The kind of what is dragged between the parts of this page. */
export const KIND = "application/x-zerosum-spot";

/** @param {DragEvent} event @param {Spot} spot @param {string} url */
export function carry(event, spot, url) {
  event.dataTransfer?.setData(KIND, JSON.stringify({ spot, url }));
}

/** What was dropped, if it is one of our pictures. @param {DragEvent} event @returns {{spot: Spot, url: string} | null} */
export function carried(event) {
  try {
    const one = JSON.parse(event.dataTransfer?.getData(KIND) ?? "");
    return isSpot(one?.spot) && typeof one.url === "string" ? one : null;
  } catch {
    return null; // Of another kind, or of another program.
  }
}
