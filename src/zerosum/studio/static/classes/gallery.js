// @ts-check
// Pictures by what they are and what they are taken for, the surest answers first; one looked at.
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { openDialog } from "../components/dialog.js";
import { icon } from "../components/icons.js";
import { doing, fault, segments } from "../components/parts.js";
import { counted, plural } from "../components/text.js";
import { PAGE, picturesOf } from "./asking.js";
import { answer, classChoice, pager, percent } from "./parts.js";

/** @typedef {import("./asking.js").Classified} Classified */
/** @typedef {{domain: string, true: number | null, said: number | null, right: boolean}} Which */

export class Gallery {
  /**
   * @param {string} key @param {() => void} changed
   * @param {(stamp: string) => void} seen told which weights have answered
   */
  constructor(key, changed, seen) {
    [this.key, this.changed, this.seen] = [key, changed, seen];
    /** @type {Which} */
    this.which = { domain: "", true: null, said: null, right: false };
    this.checkpoint = "latest";
    this.start = 0;
    this.total = 0;
    this.isBusy = false;
    /** @type {Classified[] | null} */
    this.pictures = null;
    /** @type {unknown} */
    this.error = null;
    this.loading = new AbortController();
  }

  /** @param {Which} which @param {string} checkpoint @param {number} [start] */
  async show(which, checkpoint, start = 0) {
    this.loading.abort();
    this.loading = new AbortController();
    const { signal } = this.loading;
    [this.which, this.checkpoint, this.error] = [which, checkpoint, null];
    this.isBusy = true;
    this.changed();
    try {
      const body = { ...which, checkpoint, start, count: PAGE };
      const { total, stamp, pictures } = await picturesOf(this.key, body, signal);
      [this.start, this.total, this.pictures] = [start, total, pictures];
      this.seen(stamp);
    } catch (error) {
      if (signal.aborted) return;
      this.error = error;
    }
    this.isBusy = false;
    this.changed();
  }

  /** @param {number} start */
  page(start) {
    return this.show(this.which, this.checkpoint, start);
  }

  /**
   * @param {string[]} classes
   * @param {(change: Partial<Which>) => void} choose
   */
  template(classes, choose) {
    const { which } = this;
    return html`<section class="stack" aria-labelledby="classes-gallery">
      <h2 id="classes-gallery" class="hidden-text">Pictures</h2>
      <div class="row classes-filter">
        ${segments(
          "Answers",
          [
            ["wrong", "Mistakes"],
            ["right", "Right"],
          ],
          which.right ? "right" : "wrong",
          (value) => choose({ right: value === "right" }),
        )}
        ${classChoice("Class", classes, which.true, (value) => choose({ true: value }))}
        ${classChoice("Taken for", classes, which.said, (value) => choose({ said: value }))}
      </div>
      ${this.error ? fault(this.error) : this.grid(classes)}</section>`;
  }

  /** @param {string[]} classes */
  grid(classes) {
    if (!this.pictures) return doing("Looking for them");
    const what = this.which.right ? "right answers" : "mistakes";
    if (!this.total && !this.isBusy)
      return html`<p class="note">No ${what} of this kind.</p>`;
    return html`<div class="row apart"><p class="dim small">${
      this.which.right ? plural(this.total, "right answer") : plural(this.total, "mistake")
    }, those of which it is surest first</p>${pager(this.start, this.total, (start) => this.page(start), what)}</div>
      <ul class="classes-pictures" aria-busy=${this.isBusy}>${this.pictures.map(
        (picture, at) => html`<li><button type="button" @click=${() => this.open(this.start + at, classes)}
          aria-label="Picture ${picture.number}: ${names(picture, classes).join(" ")}, ${percent(picture.confidence)}"
          ><img class="pixelated" src=${picture.url} alt="" decoding="async"><span class="classes-caption">${names(picture, classes).map(
            (name) => html`<span class="clip">${name}</span>`,
          )}<span class="numbers dim">${percent(picture.confidence)}</span></span></button></li>`,
      )}</ul>`;
  }

  /** Look at one, and go on from there. @param {number} first @param {string[]} classes */
  async open(first, classes) {
    let at = first;
    await openDialog({ title: this.which.right ? "Right answers" : "Mistakes", look: "classes-viewer" }, (_close, redraw) => {
      const go = async (/** @type {number} */ to) => {
        if (to < 0 || to >= this.total || this.isBusy) return;
        at = to;
        const start = PAGE * Math.floor(at / PAGE);
        if (start !== this.start) {
          redraw();
          await this.page(start);
        }
        redraw();
      };
      const press = (/** @type {KeyboardEvent} */ event) => {
        const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: this.total - 1 }[event.key];
        if (to === undefined) return;
        event.preventDefault();
        go(to);
      };
      const picture = this.pictures?.[at - this.start];
      return html`<div class="stack uses-keys" tabindex="0" autofocus role="group" @keydown=${press}
        aria-label="Picture ${at + 1} of ${this.total}. Arrow keys go to the others.">
        ${picture && !this.error ? answer(picture, classes) : this.error ? fault(this.error) : doing("Fetching the picture")}
        <div class="row apart"><button class="button" type="button" ?disabled=${at === 0}
          @click=${() => go(at - 1)}>${icon("left")}<span>Before</span></button>
          <span class="numbers small dim" role="status">${counted(at + 1)} of ${counted(this.total)}</span>
          <button class="button" type="button" ?disabled=${at >= this.total - 1}
          @click=${() => go(at + 1)}><span>Next</span>${icon("right")}</button></div></div>`;
    });
  }

  end() {
    this.loading.abort();
  }
}

/** @param {Classified} picture @param {string[]} classes */
const names = ({ true: label, said }, classes) =>
  label === null || label === said ? [classes[said]] : [classes[label], `→ ${classes[said]}`];
