// @ts-check
// Runs beside each other: their curves over each other, their scores in a table.
import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import { compareCharts, seriesOf } from "../../charts/specs.js";
import { Wall } from "../../charts/wall.js";
import { icon } from "../../components/icons.js";
import { empty } from "../../components/parts.js";
import { sampleOf } from "../../components/picture.js";
import { counted, plural, withError } from "../../components/text.js";
import { view } from "../../components/view.js";
import { keepQuery, runPath } from "../../shell/router.js";
import { History } from "../../store/history.js";
import { shelf } from "../../store/runs.js";
import { stateChips } from "./card.js";

/** @param {string[]} names */
export const comparePath = (names) => `/runs?compare=${joined(names)}`;

/** A name may hold a comma, so each is encoded once more. @param {string[]} names */
const joined = (names) => encodeURIComponent(names.map(encodeURIComponent).join(","));

/** @param {string} text */
function parted(text) {
  return [
    ...new Set(
      text
        .split(",")
        .filter(Boolean)
        .map((name) => {
          try {
            return decodeURIComponent(name);
          } catch {
            return name;
          }
        }),
    ),
  ];
}

/** @type {import("../../app.js").Mount} */
export function mountCompare(root, route) {
  const page = new ComparePage(root, parted(route.query.get("compare") ?? ""));
  return () => page.end();
}

class ComparePage {
  /** @param {HTMLElement} root @param {string[]} names */
  constructor(root, names) {
    document.title = "Compare runs · zerosum";
    const [head, charts] = [document.createElement("div"), document.createElement("div")];
    root.append(head, charts);
    this.histories = names.map((name) => this.follow(name));
    this.view = view(head, () => this.template());
    this.view.now();
    this.wall = new Wall(charts, () => compareCharts(this.histories));
    this.unwatch = shelf.watch(() => this.view.draw());
  }

  end() {
    this.unwatch();
    for (const history of this.histories) history.end();
    this.wall.end();
    this.view.end();
  }

  /** @param {string} name */
  follow(name) {
    return new History(name, () => {
      this.wall?.draw();
      this.view?.draw();
    });
  }

  /** @param {string[]} names */
  change(names) {
    for (const each of this.histories) if (!names.includes(each.name)) each.end();
    const kept = new Map(this.histories.map((each) => [each.name, each]));
    this.histories = names.map((name) => kept.get(name) ?? this.follow(name));
    keepQuery({ compare: names.map(encodeURIComponent).join(",") });
    this.wall.draw();
    this.view.draw();
  }

  get names() {
    return this.histories.map(({ name }) => name);
  }

  template() {
    return html`<div class="page-head"><h1>Compare ${plural(this.histories.length, "run")}</h1>
        ${this.adder()}<a class="button" href="/">${icon("left")}Runs</a></div>
      ${this.histories.length ? this.all() : nobody()}`;
  }

  all() {
    return html`<div class="compare-runs">
      ${this.histories.map((each, place) => this.one(each, place))}</div>${this.table()}`;
  }

  adder() {
    const all = [...(shelf.value.runs?.keys() ?? [])];
    const free = all.filter((name) => !this.names.includes(name)).sort();
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

  /** @param {History} history @param {number} place */
  one({ name, summary }, place) {
    const run = shelf.value.runs?.get(name) ?? summary;
    const leave = () => this.change(this.names.filter((each) => each !== name));
    return html`<article class="card compare-run">
      ${run?.sample ? picture(name, run.sample) : nothing}
      <div class="compare-name">${swatch(place)}
        <a class="grow clip" href=${runPath(name)} title=${name}>${name}</a>
        <button class="button quiet icon small" type="button" aria-label="Leave out ${name}"
          @click=${leave}>${icon("close")}</button></div>
      ${run ? facts(run) : html`<p class="small dim">This run is not here.</p>`}</article>`;
  }

  /** Scores of unlike protocols stand in columns of their own. */
  table() {
    const columns = columnsOf(this.histories);
    if (!columns.length) return html`<p class="dim">None of them has been evaluated yet.</p>`;
    const several = new Set(columns.map(({ name }) => name)).size < columns.length;
    const head = columns.map(
      (each) => html`<th scope="col">${each.name}<br><span class="dim">${each.note}</span></th>`,
    );
    const rows = this.histories.map(
      ({ name }, place) => html`<tr>
        <th scope="row"><span class="compare-name">${swatch(place)}${name}</span></th>
        ${columns.map((each) => cell(each, name))}</tr>`,
    );
    return html`<section class="stack"><h2>Scores</h2>
      <div class="table-scroll" tabindex="0" role="region" aria-label="Scores">
        <table><thead><tr><th scope="col">Run</th>${head}</tr></thead>
          <tbody>${rows}</tbody></table>
      </div>
      <p class="note" ?hidden=${!several}>Scores in different columns were measured in different
        ways, and are not compared.</p></section>`;
  }
}

/** @param {number} place */
const swatch = (place) => html`<i class="swatch" data-place=${place % 8}></i>`;

/** @param {string} name @param {any} sample */
const picture = (name, sample) =>
  html`<a href=${runPath(name)} tabindex="-1" aria-hidden="true">${sampleOf(name, sample)}</a>`;

/** @param {import("../../store/runs.js").Summary} run */
const facts = (run) =>
  html`<div class="row">${stateChips(run)}
    <span class="small dim">${counted(run.images_seen)} images</span></div>`;

const nobody = () =>
  empty({ icon: "curve", title: "No run is chosen", text: "Choose two or more above." });

/**
 * @typedef {object} Column
 * @property {string} name
 * @property {string} note
 * @property {boolean} lower
 * @property {Map<string, {last: any, best: any}>} values by run
 */

/** @param {History[]} histories @returns {Column[]} */
function columnsOf(histories) {
  /** @type {Map<string, Column>} */
  const columns = new Map();
  for (const history of histories)
    for (const [key, { name, points }] of seriesOf(history.scores)) {
      const lower = points[0].scored.lower_is_better;
      const { protocol } = points[0].evaluation;
      const note = [
        lower ? "lower is better" : "higher is better",
        protocol?.generated ? `${counted(protocol.generated)} pictures` : "",
      ];
      const column = columns.get(key) ?? {
        name,
        note: note.filter(Boolean).join(", "),
        lower,
        values: new Map(),
      };
      columns.set(key, column);
      const known = points
        .map(({ scored }) => scored)
        .filter(({ value }) => Number.isFinite(value));
      const best = known.reduce((a, b) => (a && a.value < b.value === lower ? a : b), known[0]);
      column.values.set(history.name, { last: points.at(-1)?.scored, best });
    }
  return [...columns.values()];
}

/** @param {Column} column @param {string} name */
function cell({ values, lower }, name) {
  const entry = values.get(name);
  if (!entry) return html`<td class="dim">–</td>`;
  const all = [...values.values()].map(({ last }) => last?.value).filter(Number.isFinite);
  const first =
    entry.last?.value === (lower ? Math.min(...all) : Math.max(...all)) && all.length > 1;
  const value = withError(entry.last?.value, entry.last?.error);
  const better = entry.best && entry.best !== entry.last;
  const best = better ? `best ${withError(entry.best.value, entry.best.error)}` : "";
  return html`<td>${first ? html`<b>${value}</b>` : value}
    <br><span class="small dim">${best}</span></td>`;
}
