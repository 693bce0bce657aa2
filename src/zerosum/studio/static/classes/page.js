// @ts-check
// A classifier by classes and domains: how often it is right, where it errs, what it sees.
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { doing, fault, progressBar, segments } from "../components/parts.js";
import { tabs } from "../components/tabs.js";
import { counted, plural, short } from "../components/text.js";
import { view } from "../components/view.js";
import { keepQuery } from "../shell/router.js";
import { accuracy } from "./accuracy.js";
import { examine } from "./asking.js";
import { confusion } from "./confusion.js";
import { Gallery } from "./gallery.js";
import { Labels } from "./labels.js";
import { FeatureMap } from "./map.js";
import { percent } from "./parts.js";

/** @typedef {import("../use/networks.js").Network} Network */
/** @typedef {import("./asking.js").Domain} Domain */
/** @typedef {import("./gallery.js").Which} Which */

const NUMBER = /^\d+$/;

/**
 * @param {HTMLElement} root @param {Network} network
 * @param {import("../shell/router.js").Route} route @returns {() => void}
 */
export function beginClasses(root, network, route) {
  const page = new ClassesPage(root, network, route.query);
  page.begin();
  return () => page.end();
}

class ClassesPage {
  /** @param {HTMLElement} root @param {Network} network @param {URLSearchParams} query */
  constructor(root, network, query) {
    this.network = network;
    const wanted = query.get("checkpoint");
    this.checkpoint = network.checkpoints.find((each) => each === wanted) ?? network.checkpoints[0];
    this.tab = query.get("tab") ?? "classes";
    this.domain = query.get("domain") ?? "";
    this.order = query.get("order") ?? "class";
    this.unit = query.get("cells") ?? "counts";
    this.isAll = false;
    /** @type {Omit<Which, "domain">} */
    this.which = {
      true: numberOf(query.get("true")),
      said: numberOf(query.get("said")),
      right: query.get("answers") === "right",
    };
    this.method = query.get("method") === "t-sne" ? "t-sne" : "pca";
    /** @type {import("./asking.js").Examined | null} */
    this.found = null;
    /** @type {unknown} */
    this.error = null;
    /** @type {{done: number, total: number} | null} */
    this.progress = null;
    this.isOld = false;
    this.loading = new AbortController();
    this.shown = view(root, () => this.template());
    const draw = () => this.shown.draw();
    const seen = (/** @type {string} */ stamp) => this.answered(stamp);
    this.gallery = new Gallery(network.key, draw, seen);
    this.map = new FeatureMap(network.key, draw, seen);
    this.map.by = query.get("by") ?? "class";
    this.labels = new Labels(network, draw);
  }

  async begin() {
    this.loading.abort();
    this.loading = new AbortController();
    const { signal } = this.loading;
    const { checkpoint, network } = this;
    [this.found, this.error, this.progress, this.isOld] = [null, null, null, false];
    this.shown.now();
    const progress = (/** @type {number} */ done, /** @type {number} */ total) => {
      this.progress = { done, total };
      this.shown.draw();
    };
    try {
      this.found = await examine(network.key, { checkpoint }, { signal, progress });
    } catch (error) {
      if (signal.aborted) return;
      this.error = error;
    }
    if (this.found) this.settle(this.found);
    this.shown.now();
  }

  /** Make what the address asks for fit what there is. @param {import("./asking.js").Examined} found */
  settle(found) {
    const names = found.domains.map(({ domain }) => domain);
    // Of two domains the second is the one that it is meant for.
    if (!names.includes(this.domain)) this.domain = names[names.length - 1];
    for (const side of /** @type {("true" | "said")[]} */ (["true", "said"]))
      if ((this.which[side] ?? 0) >= found.classes.length) this.which[side] = null;
    if (!this.tabs().some(([key]) => key === this.tab)) this.tab = "classes";
    this.open(this.tab);
  }

  /** Other weights have answered than those that were counted. @param {string} stamp */
  answered(stamp) {
    this.isOld ||= this.found !== null && stamp !== this.found.stamp;
  }

  /** @returns {[string, unknown][]} */
  tabs() {
    const { network } = this;
    /** @type {[string, unknown][]} */
    const all = [["classes", "By class"], ["pictures", "Mistakes"], ["map", "Features"]];
    if (network.run !== null) all.push(["labels", "Labels"]);
    return all;
  }

  /** @param {string} tab */
  open(tab) {
    this.tab = tab;
    keepQuery({ tab: tab === "classes" ? null : tab });
    if (tab === "pictures") this.showPictures();
    if (tab === "map" && !this.map.found) this.map.show(this.checkpoint, this.method);
    if (tab === "labels" && !this.labels.found) this.labels.show();
    this.shown.draw();
  }

  showPictures() {
    const { domain, which, checkpoint } = this;
    if (this.shownDomain()?.known) this.gallery.show({ domain, ...which }, checkpoint);
  }

  /** @param {Partial<Omit<Which, "domain">>} change */
  choose(change) {
    Object.assign(this.which, change);
    const { true: label, said, right } = this.which;
    keepQuery({
      true: label === null ? null : `${label}`,
      said: said === null ? null : `${said}`,
      answers: right ? "right" : null,
    });
    this.open("pictures");
  }

  /** A cell, or a class. @param {{true: number | null, said: number | null}} which */
  openCell({ true: label, said }) {
    this.choose({ true: label, said, right: label === said });
  }

  /** @param {string} checkpoint */
  use(checkpoint) {
    this.checkpoint = /** @type {"latest" | "best"} */ (checkpoint);
    keepQuery({ checkpoint: checkpoint === this.network.checkpoints[0] ? null : checkpoint });
    this.map.found = null;
    this.begin();
  }

  /** @param {string} domain */
  visit(domain) {
    this.domain = domain;
    keepQuery({ domain });
    this.open(this.tab);
  }

  shownDomain() {
    return this.found?.domains.find(({ domain }) => domain === this.domain);
  }

  template() {
    const { found, error, network } = this;
    return html`<div class="stack classes">${
      network.checkpoints.length > 1
        ? html`<div class="row">${segments(
            "Checkpoint",
            [
              ["latest", "Latest checkpoint"],
              ["best", "Best checkpoint"],
            ],
            this.checkpoint,
            (value) => this.use(value),
          )}</div>`
        : nothing
    }${
      error
        ? fault(error, html`<button class="button" type="button" @click=${() => this.begin()}>Try again</button>`)
        : found
          ? this.results(found)
          : this.waiting()
    }</div>`;
  }

  waiting() {
    const { progress } = this;
    const text = progress
      ? `Asking the classifier: ${counted(progress.done)} of ${plural(progress.total, "picture")}`
      : "Opening the classifier and its pictures";
    return html`<div class="card stack">${doing(text)}${progressBar({
      share: progress ? progress.done / Math.max(1, progress.total) : null,
      label: "Pictures answered for",
    })}</div>`;
  }

  /** @param {import("./asking.js").Examined} found */
  results(found) {
    const domain = /** @type {Domain} */ (this.shownDomain());
    return html`${this.isOld ? this.old() : nothing}
      <ul class="classes-domains">${found.domains.map((each) => this.summary(found, each))}</ul>
      ${found.note ? html`<p class="note warn">${found.note}</p>` : nothing}
      ${tabs("What to look at", this.tabs(), this.tab, (tab) => this.open(tab))}
      <div class="stack" id="panel-${this.tab}" role="tabpanel" aria-labelledby="tab-${this.tab}">${this.panel(found, domain)}</div>`;
  }

  /** @param {import("./asking.js").Examined} found @param {Domain} each */
  summary(found, each) {
    const { domain, accuracy: share, about, pictures } = each;
    const isOne = found.domains.length === 1;
    const what = share ? "right" : "labels";
    const text = html`<span class="classes-share numbers">${share ? percent(share.value, share.error) : "No"}</span>
      <span>${isOne ? what : html`${what} in the <b>${domain}</b>`}</span>
      <span class="small dim about">${plural(pictures, "picture")} of ${about.source} (${about.split})${
        found.images_seen === null ? "" : `, after ${short(found.images_seen)} images`
      }</span>`;
    return isOne
      ? html`<li class="card">${text}</li>`
      : html`<li><button class="card" type="button" aria-pressed=${domain === this.domain}
          @click=${() => this.visit(domain)}>${text}</button></li>`;
  }

  /** @param {import("./asking.js").Examined} found @param {Domain} domain */
  panel(found, domain) {
    if (this.tab === "map")
      return this.map.template(({ method, by }) => {
        if (by) this.map.by = by;
        if (method) this.method = method;
        keepQuery({ by: this.map.by === "class" ? null : this.map.by, method: this.method === "pca" ? null : this.method });
        this.map.only = null;
        if (method) this.map.show(this.checkpoint, method);
        this.shown.draw();
      });
    if (this.tab === "labels") return this.labels.template(found.classes);
    if (!domain.known) return unknown(found.classes, domain);
    if (this.tab === "pictures")
      return this.gallery.template(found.classes, (change) => this.choose(change));
    return this.counts(found, domain);
  }

  /** @param {import("./asking.js").Examined} found @param {Domain} domain */
  counts(found, domain) {
    const open = (/** @type {{true: number | null, said: number | null}} */ which) =>
      this.openCell(which);
    return html`<div class="classes-counts">${accuracy(found.classes, domain, {
      order: this.order,
      all: this.isAll,
      reorder: (order) => {
        this.order = order;
        keepQuery({ order: order === "class" ? null : order });
        this.shown.draw();
      },
      showAll: () => {
        this.isAll = true;
        this.shown.draw();
      },
      open,
    })}${confusion(found.classes, domain, {
      unit: this.unit,
      choose: (unit) => {
        this.unit = unit;
        keepQuery({ cells: unit === "counts" ? null : unit });
        this.shown.draw();
      },
      open,
    })}</div>`;
  }

  old() {
    return html`<div class="note info row apart"><span>The run has saved since: these numbers are of earlier weights.</span
      ><button class="button small" type="button" @click=${() => {
        this.map.found = null;
        this.begin();
      }}>Test again</button></div>`;
  }

  end() {
    this.loading.abort();
    for (const each of [this.gallery, this.map, this.labels]) each.end();
    this.shown.end();
  }
}

/** What is said of pictures whose classes nobody knows. @param {string[]} classes @param {Domain} domain */
const unknown = (classes, { said }) => html`<p class="note">Nobody knows the classes of these pictures, so no answer is right
  or wrong. Put each class into a folder of its own to have them counted.</p>
  <section class="card stack"><h2>What they are taken for</h2><table><tbody>${classes.map(
    (name, label) => html`<tr><th scope="row">${name}</th><td class="numbers">${plural(said[label], "picture")}</td></tr>`,
  )}</tbody></table></section>`;

/** @param {string | null} text */
const numberOf = (text) => (text !== null && NUMBER.test(text) ? Number(text) : null);
