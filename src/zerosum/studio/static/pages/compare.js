// @ts-check
// Compare: runs side by side, by what may be compared.
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import * as api from "../api.js";
import { Wall } from "../charts/wall.js";
import { whileBusy } from "../components/busy.js";
import { icon } from "../components/icons.js";
import { doing, empty, fault, segments } from "../components/parts.js";
import { counted, plural } from "../components/text.js";
import { toast, toastFault } from "../components/toast.js";
import { view } from "../components/view.js";
import { compareCharts } from "../compare/charts.js";
import { Copies } from "../compare/copies.js";
import { momentsOf, runCards, timeBar } from "../compare/grids.js";
import { joined, parted } from "../compare/names.js";
import { scoreTables } from "../compare/scores.js";
import { keepQuery, navigate } from "../shell/router.js";
import { History } from "../store/history.js";
import { shelf } from "../store/runs.js";
import { runApi } from "./shared.js";

/** @typedef {import("../compare/charts.js").Axis} Axis */
/**
 * @typedef {object} Compared
 * @property {{name: string, problem: string | null, seed: number | null, is_scored: boolean,
 *   cores: number | null}[]} runs
 * @property {import("../compare/scores.js").Group[]} groups
 * @property {import("../compare/scores.js").Comparison[]} comparisons
 * @property {string | null} refused
 */

/** @type {[Axis, string][]} */
const AXES = [
  ["images", "Images"],
  ["seconds", "Seconds"],
  ["core-hours", "Core-hours"],
];
const OFFERED = 12;

/** @type {import("../app.js").Mount} */
export function mount(root, route) {
  const page = new ComparePage(root, route);
  return () => page.end();
}

class ComparePage {
  /** @param {HTMLElement} root @param {import("../shell/router.js").Route} route */
  constructor(root, { name, query }) {
    document.title = "Compare runs · zerosum";
    const [head, charts, below] = [0, 0, 0].map(() => document.createElement("div"));
    root.append(head, charts, below);
    this.charts = charts;
    const axis = AXES.find(([key]) => key === query.get("over"));
    this.axis = /** @type {Axis} */ (axis ? axis[0] : "images");
    this.apart = query.get("seeds") === "apart";
    /** The images that are looked at; null: as many as there are. @type {number | null} */
    this.at = query.has("at") ? Number(query.get("at")) || 0 : null;
    /** @type {Compared | null} */
    this.compared = null;
    /** @type {unknown} */
    this.error = null;
    [this.isAsking, this.again, this.isOver] = [false, false, false];
    /** Of which runs something has come, and whether all that is to be laid out was there once.
     * @type {Set<string>} */
    this.heard = new Set();
    this.isLaidOut = false;
    const named = parted(query.get("runs") ?? "");
    this.histories = (name ? [name, ...named] : named).map((each) => this.follow(each));
    this.view = view(head, () => this.template());
    this.below = view(below, () => (this.isReady ? this.copies.template(this.places) : nothing));
    this.copies = new Copies(() => this.below.draw());
    this.view.now();
    this.wall = new Wall(charts, () => this.specs(), () => this.ways());
    this.changeAxis(this.axis);
    this.unwatch = shelf.watch(() => this.view.draw());
    this.load();
  }

  end() {
    this.isOver = true;
    this.unwatch();
    for (const history of this.histories) history.end();
    this.copies.end();
    this.wall.end();
    this.view.end();
    this.below.end();
  }

  /** Nothing is laid out before all of it is there: what came later would push the rest away. */
  get isReady() {
    const found = this.compared?.runs ?? [];
    const all = this.compared !== null && found.every(({ name }) => this.heard.has(name));
    this.isLaidOut ||= all || Boolean(this.error);
    return this.isLaidOut;
  }

  get names() {
    return this.histories.map(({ name }) => name);
  }

  /** Whose colour each has: runs that are drawn as one have that of the first of them. */
  get places() {
    const [names, groups] = [this.names, this.apart ? [] : this.compared?.groups ?? []];
    return new Map(
      names.map((name, place) => {
        const group = groups.find(({ seeds }) => Object.hasOwn(seeds, name));
        const first = names.findIndex((each) => group && Object.hasOwn(group.seeds, each));
        return [name, group ? first : place];
      }),
    );
  }

  /** @param {string} name */
  follow(name) {
    return new History(name, (event) => {
      this.heard.add(name);
      this.wall?.draw();
      this.view?.draw();
      this.below?.draw();
      if (this.compared && (event.scores?.length || event.reset)) this.load();
    });
  }

  /** Ask what may be compared; once more where something changed meanwhile. */
  async load() {
    this.again = this.isAsking;
    if (this.isAsking || this.isOver) return;
    this.isAsking = true;
    try {
      this.compared = await api.get("/compare", { runs: joined(this.names) });
      this.error = null;
    } catch (error) {
      this.error = error;
    }
    this.isAsking = false;
    if (this.again) return this.load();
    if (this.isOver) return;
    this.view.draw();
    this.wall.draw();
    this.below.draw();
  }

  /** @param {string[]} names */
  change(names) {
    for (const each of this.histories) if (!names.includes(each.name)) each.end();
    const kept = new Map(this.histories.map((each) => [each.name, each]));
    this.histories = names.map((name) => kept.get(name) ?? this.follow(name));
    history.replaceState(history.state, "", `/compare${location.search}`);
    keepQuery({ runs: joined(names) });
    this.load();
    this.wall.draw();
    this.view.draw();
    this.below.draw();
  }

  /** @param {Axis} axis */
  changeAxis(axis) {
    this.axis = axis;
    keepQuery({ over: axis === "images" ? "" : axis });
    this.wall.change({ range: null, unit: axis === "images" ? undefined : axis });
    this.view.draw();
  }

  specs() {
    const { groups = [], comparisons = [], runs = [] } = this.compared ?? {};
    return compareCharts(this.histories, {
      axis: this.axis,
      cores: new Map(runs.map(({ name, cores }) => [name, cores])),
      groups: this.apart ? [] : groups,
      comparisons,
    });
  }

  /** What stands in the bar of the charts. */
  ways() {
    const toggle = () => {
      this.apart = !this.apart;
      keepQuery({ seeds: this.apart ? "apart" : "" });
      this.wall.change({});
      this.view.draw();
      this.below.draw();
    };
    return html`${segments("Over", AXES, this.axis, (axis) => this.changeAxis(/** @type {Axis} */ (axis)))}
      ${
        this.compared?.groups.length
          ? html`<button class="button small" type="button" aria-pressed=${!this.apart}
              @click=${toggle}>Seeds as one</button>`
          : nothing
      }`;
  }

  template() {
    const count = this.histories.length;
    this.charts?.toggleAttribute("hidden", !count || !this.isReady);
    return html`<div class="page-head"><h1>${count ? `Compare ${plural(count, "run")}` : "Compare"}</h1>
        ${count ? this.adder() : nothing}</div>
      ${this.error ? fault(this.error) : nothing}
      ${count === 1 ? this.offers() : nothing}
      ${!count ? this.nobody() : this.isReady ? this.all() : doing("Reading the runs")}`;
  }

  all() {
    const moments = momentsOf(this.histories);
    const last = moments.at(-1) ?? 0;
    const at = this.at === null ? last : (moments.filter((each) => each <= Number(this.at)).at(-1) ?? last);
    const choose = (/** @type {number} */ images) => {
      this.at = images === last ? null : images;
      keepQuery({ at: this.at === null ? "" : String(images) });
      this.view.draw();
    };
    return html`${timeBar(moments, at, choose)}
      ${runCards(this.histories, this.places, at, (name) => this.change(this.names.filter((each) => each !== name)))}
      ${this.scores()}
      <section class="stack compare-part"><h2>Curves</h2>${this.legend()}</section>`;
  }

  scores() {
    if (!this.compared) return nothing;
    const { comparisons, refused, runs } = this.compared;
    const [unscored, broken] = [
      runs.filter(({ problem, is_scored: scored }) => !problem && !scored),
      runs.filter(({ problem }) => problem),
    ];
    const isReal = comparisons.some(({ differs }) => differs.some((line) => line.startsWith("real ")));
    const alike = (refused && !isReal) || unscored.length > 0;
    return html`<section class="stack" aria-labelledby="scores"><div class="row apart"><h2 id="scores">Scores</h2>
        ${comparisons.length ? this.downloads() : nothing}</div>
      ${broken.map(({ name, problem }) => html`<p class="note bad">${name}: ${problem}</p>`)}
      ${refused ? html`<p class="note warn compare-refused">${refused}</p>` : nothing}
      ${
        unscored.length
          ? html`<p class="dim">${unscored.map(({ name }) => name).join(", ")}: not evaluated yet.</p>`
          : nothing
      }
      ${
        alike
          ? html`<div><button class="button" type="button" @click=${(/** @type {Event} */ event) =>
              whileBusy(event, () => this.scoreAlike())}>Score ${
                this.names.length > 1 ? "all of them alike" : "it"
              }</button></div>`
          : nothing
      }
      ${scoreTables(comparisons, this.places)}
      ${
        comparisons.length
          ? html`<p class="small dim">± is one standard error of the measurement; in a mean over seeds, one standard
              deviation of the runs (n − 1).</p>`
          : nothing
      }</section>`;
  }

  downloads() {
    const query = { runs: joined(this.names) };
    const save = (/** @type {string} */ path, /** @type {string} */ words, /** @type {string} */ file) =>
      html`<a class="button small" href=${api.fileUrl(path, query)} download=${file}>${icon("download")}${words}</a>`;
    return html`<div class="row">${save("/compare/table", "CSV", "scores.csv")}${save(
      "/compare",
      "JSON",
      "comparison.json",
    )}</div>`;
  }

  /** Have all runs scored by the protocol that is usual for them. */
  async scoreAlike() {
    let asked = 0;
    for (const name of this.names)
      try {
        await api.post(`${runApi(name)}/evaluate`, { options: {} });
        asked += 1;
      } catch (error) {
        toastFault(error);
      }
    if (!asked) return;
    toast(`${plural(asked, "evaluation")} in the queue; the scores appear here.`, {
      kind: "good",
      action: { text: "See the queue", run: () => navigate("/queue") },
    });
  }

  /** What the curves mean. */
  legend() {
    const { groups = [], runs = [] } = this.compared ?? {};
    const untold = runs.filter(({ cores }) => cores === null).map(({ name }) => name);
    return html`${
      groups.length && !this.apart
        ? html`<p class="small dim">Runs that differ in their seed alone are one line, their mean where all of them have a
            value; the band is one standard deviation of the runs.</p>`
        : nothing
    }${
      this.axis === "core-hours"
        ? html`<p class="small dim">Core-hours: hours of training × processes × threads of each, as environment.json of the
            run says: ${runs.map(({ name, cores }) => `${name} ${cores === null ? "–" : counted(cores)}`).join(", ")}.
            ${untold.length ? `Not known of ${untold.join(", ")}.` : ""} On a GPU they count the processor beside it.</p>`
        : nothing
    }${
      this.axis === "seconds"
        ? html`<p class="small dim">Seconds of training, evaluations within, breaks between sessions left out.</p>`
        : nothing
    }`;
  }

  /** Those that are not compared yet, the newest first. */
  free() {
    return [...(shelf.value.runs?.values() ?? [])]
      .filter(({ name, damaged }) => !this.names.includes(name) && !damaged)
      .sort((a, b) => (b.updated ?? 0) - (a.updated ?? 0))
      .map(({ name }) => name);
  }

  adder() {
    const free = this.free().sort();
    if (!free.length) return nothing;
    const add = (/** @type {Event} */ event) => {
      const select = /** @type {HTMLSelectElement} */ (event.target);
      if (select.value) this.change([...this.names, select.value]);
      select.value = "";
    };
    return html`<select class="compare-add" aria-label="Add a run" @change=${add}>
      <option value="">Add a run</option>
      ${free.map((name) => html`<option value=${name}>${name}</option>`)}</select>`;
  }

  nobody() {
    if (!shelf.value.runs) return nothing;
    const isAny = this.free().length > 0;
    return empty({
      icon: "curve",
      title: isAny ? "Which runs?" : "No runs yet",
      text: isAny ? "Choose two or more; others can be added later." : "Train some first.",
      action: isAny
        ? this.offers()
        : html`<a class="button primary" href="/new">${icon("plus")}New run</a>`,
    });
  }

  /** Others, where one alone is compared with nothing. */
  offers() {
    const free = this.free().slice(0, OFFERED);
    return html`<div class="row compare-offers">${free.map(
      (name) => html`<button class="button" type="button"
        @click=${() => this.change([...this.names, name])}>${icon("plus")}<span class="clip">${name}</span></button>`,
    )}</div>`;
  }
}
