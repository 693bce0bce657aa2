// @ts-check
// The features of pictures in the plane: a point is a picture.
import { html, nothing, svg } from "../vendor/lit-html/lit-html.js";
import { commandLine, doing, fault, progressBar, segments } from "../components/parts.js";
import { plural } from "../components/text.js";
import { toastFault } from "../components/toast.js";
import { Latest } from "../use/latest.js";
import { mapOf, picturesOf } from "./asking.js";
import { answer } from "./parts.js";
import { SIDE, across, nearest, placed } from "./places.js";

/** @typedef {import("./asking.js").Classified} Classified */
/** @typedef {import("./places.js").Point} Point */

const COLOURS = 10;
const NEAR = 60;

export class FeatureMap {
  /**
   * @param {string} key @param {() => void} changed @param {(stamp: string) => void} seen
   */
  constructor(key, changed, seen) {
    [this.key, this.changed, this.seen] = [key, changed, seen];
    this.checkpoint = "latest";
    this.method = "pca";
    this.by = "class";
    this.rings = true;
    /** @type {number | null} */
    this.only = null;
    this.isBusy = false;
    /** @type {import("./asking.js").Mapped | null} */
    this.found = null;
    /** @type {Point[]} */
    this.points = [];
    /** @type {Point | null} */
    this.chosen = null;
    /** @type {Classified | null} */
    this.picture = null;
    /** @type {unknown} */
    this.error = null;
    /** @type {{done: number, total: number} | null} */
    this.progress = null;
    this.loading = new AbortController();
    this.looking = new Latest(
      (/** @type {Point} */ { domain, number }, signal) =>
        picturesOf(this.key, { domain, numbers: [number], checkpoint: this.checkpoint }, signal),
      ({ pictures, stamp }) => {
        this.picture = pictures[0];
        seen(stamp);
        changed();
      },
      toastFault,
    );
  }

  /** @param {string} checkpoint @param {string} method */
  async show(checkpoint, method) {
    this.loading.abort();
    this.loading = new AbortController();
    const { signal } = this.loading;
    [this.checkpoint, this.method, this.error, this.isBusy] = [checkpoint, method, null, true];
    [this.chosen, this.picture] = [null, null];
    this.changed();
    const progress = (/** @type {number} */ done, /** @type {number} */ total) => {
      this.progress = { done, total };
      this.changed();
    };
    try {
      this.found = await mapOf(this.key, { checkpoint, method }, { signal, progress });
      this.points = placed(this.found);
      this.seen(this.found.stamp);
    } catch (error) {
      if (signal.aborted) return;
      this.error = error;
    }
    [this.isBusy, this.progress] = [false, null];
    this.changed();
  }

  /** @param {Point | null} point */
  choose(point) {
    if (!point || point === this.chosen) return;
    this.chosen = point;
    this.looking.ask(point);
    this.changed();
  }

  /** @param {(change: {method?: string, by?: string}) => void} choose */
  template(choose) {
    const { found } = this;
    if (this.error) return fault(this.error);
    if (!found) return this.waiting();
    const domains = found.domains.map(({ domain }) => domain);
    const by = domains.length > 1 ? this.by : "class";
    return html`<section class="stack" aria-labelledby="classes-map"><h2 id="classes-map" class="hidden-text">Features</h2>
      <div class="row classes-filter">${
        domains.length > 1
          ? segments(
              "Colours",
              [
                ["class", "By class"],
                ["domain", "By domain"],
              ],
              by,
              (value) => choose({ by: value }),
            )
          : nothing
      }${segments(
        "Method",
        [
          ["pca", "PCA"],
          ["t-sne", "t-SNE"],
        ],
        this.method,
        (value) => choose({ method: value }),
      )}<label class="check"><input type="checkbox" .checked=${this.rings}
        @change=${(/** @type {any} */ event) => {
          this.rings = event.target.checked;
          this.changed();
        }}>Rings around mistakes</label></div>
      <div class="classes-map">${this.plot(found, by)}<aside class="card stack" aria-live="polite" aria-label="The picture at the point">${this.side(found)}</aside>${this.legend(found, by)}</div>
      ${this.method === "t-sne" && found.method !== "t-SNE" ? withoutTsne() : nothing}
      <p class="small dim">${plural(this.points.length, "picture")}${
        domains.length > 1 ? ` of the domains ${domains.join(" (discs) and ")} (crosses)` : ""
      }, placed by ${found.method} of what the classifier sees in them before it decides. Arrow keys go from point to point.</p>
    </section>`;
  }

  waiting() {
    const { progress } = this;
    return html`<div class="stack">${doing("Placing the pictures")}${progressBar({
      share: progress ? progress.done / Math.max(1, progress.total) : null,
      label: "Pictures placed",
    })}</div>`;
  }

  /** @param {import("./asking.js").Mapped} found @param {string} by */
  plot(found, by) {
    const press = (/** @type {KeyboardEvent} */ event) => {
      const to = across(this.points, this.chosen, event.key);
      if (!to) return;
      event.preventDefault();
      this.choose(to);
    };
    const point = (/** @type {PointerEvent} */ event) => {
      if (event.type === "pointermove" && event.pointerType !== "mouse") return;
      const box = /** @type {Element} */ (event.currentTarget).getBoundingClientRect();
      const x = (SIDE * (event.clientX - box.left)) / box.width;
      const y = (SIDE * (event.clientY - box.top)) / box.height;
      this.choose(nearest(this.points, x, y, NEAR));
    };
    const { chosen } = this;
    return html`<svg class="classes-plot uses-keys" viewBox="0 0 ${SIDE} ${SIDE}" tabindex="0" role="application"
      aria-busy=${this.isBusy} aria-label="Map of ${this.points.length} pictures. Arrow keys go from one to the next."
      @keydown=${press} @pointermove=${point} @pointerdown=${point}>${this.groups(found, by)}${
        this.rings ? svg`<path class="ring" d=${discs(this.points.filter((each) => each.isWrong))}/>` : nothing
      }${chosen ? svg`<circle class="chosen" cx=${chosen.x} cy=${chosen.y} r="16"/>` : nothing}</svg>`;
  }

  /** A path for all points of a look, since hundreds of elements would be slow. @param {import("./asking.js").Mapped} found @param {string} by */
  groups(found, by) {
    const count = by === "domain" ? found.domains.length : found.classes.length;
    return found.domains.map(({ domain }, place) =>
      Array.from({ length: count + 1 }, (_, group) => {
        const mine = this.points.filter(
          (each) => each.domain === domain && groupOf(each, by, count) === group,
        );
        if (!mine.length) return nothing;
        const faded = this.only !== null && this.only !== group ? "faded" : "";
        const look = group === count ? "unknown" : `colour-${group % COLOURS}`;
        return place
          ? svg`<path class="crosses ${look} ${faded}" d=${crosses(mine)}/>`
          : svg`<path class="discs ${look} ${faded}" d=${discs(mine)}/>`;
      }),
    );
  }

  /** @param {import("./asking.js").Mapped} found @param {string} by */
  legend(found, by) {
    const names = by === "domain" ? found.domains.map(({ domain }) => domain) : found.classes;
    const toggle = (/** @type {number} */ group) => {
      this.only = this.only === group ? null : group;
      this.changed();
    };
    return html`<ul class="classes-legend" aria-label="Colours; press one to see it alone">${names.map(
      (name, group) => html`<li><button class="button small" type="button" aria-pressed=${this.only === group}
        @click=${() => toggle(group)}><svg viewBox="0 0 10 10" class="colour-${group % COLOURS}" aria-hidden="true"
        ><circle cx="5" cy="5" r="4"/></svg><span class="clip">${name}</span></button></li>`,
    )}</ul>`;
  }

  /** @param {import("./asking.js").Mapped} found */
  side({ classes, domains }) {
    const { picture, chosen } = this;
    if (!chosen) return html`<p class="dim">Point at the map, or tap it, to see the pictures.</p>`;
    if (!picture) return doing("Fetching the picture");
    const of = domains.length > 1 ? html`<p class="dim small">Domain ${chosen.domain}</p>` : nothing;
    return answer(picture, classes, of);
  }

  end() {
    this.loading.abort();
    this.looking.end();
  }
}

/** @param {Point} point @param {string} by @param {number} unknown */
const groupOf = (point, by, unknown) => (by === "domain" ? point.place : (point.true ?? unknown));

/** @param {Point[]} points */
const discs = (points) => points.map(({ x, y }) => `M${x} ${y}h.01`).join("");

/** @param {Point[]} points */
const crosses = (points) =>
  points.map(({ x, y }) => `M${x - 7} ${y - 7}l14 14M${x + 7} ${y - 7}l-14 14`).join("");

const withoutTsne = () => html`<div class="note stack"><p>t-SNE needs scikit-learn, which is not installed; so this is PCA.</p>
  ${commandLine("pip install scikit-learn")}</div>`;
