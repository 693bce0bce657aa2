// @ts-check
// All runs: what they make, how far they are, and which is better.
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { guard } from "../vendor/lit-html/directives/guard.js";
import { repeat } from "../vendor/lit-html/directives/repeat.js";
import * as api from "../api.js";
import { icon } from "../components/icons.js";
import { openMenu } from "../components/menu.js";
import { commandLine, doing, empty, fault } from "../components/parts.js";
import { bytes, plural } from "../components/text.js";
import { toast, toastFault } from "../components/toast.js";
import { view } from "../components/view.js";
import { comparePath } from "../compare/names.js";
import { shortcut } from "../shell/keys.js";
import { keepQuery, navigate } from "../shell/router.js";
import { queue, isWaiting, jobOf } from "../store/queue.js";
import { loadRuns, shelf } from "../store/runs.js";
import { studio } from "../store/studio.js";
import { stop } from "./run/actions.js";
import { runCard } from "./runs/card.js";
import { chosen, filterBar, isActive, wishOf } from "./runs/filters.js";
import { archive, copyPath, remove, rename, restore } from "./shared.js";

/** @typedef {import("../store/runs.js").Summary} Summary */

/** @type {import("../app.js").Mount} */
export function mount(root, route) {
  const page = new RunsPage(root, route.query);
  return () => page.end();
}

class RunsPage {
  /** @param {HTMLElement} root @param {URLSearchParams} query */
  constructor(root, query) {
    this.wish = wishOf(query);
    this.filtering = false;
    this.archived = query.get("archived") === "1";
    /** @type {{runs: Map<string, Summary> | null, error: unknown}} */
    this.away = { runs: null, error: null };
    /** @type {Set<string>} */
    this.selected = new Set();
    document.title = this.archived ? "Archived runs · zerosum" : "Runs · zerosum";
    this.view = view(root, () => this.template());
    this.ends = [
      ...[shelf, queue, studio].map((live) => live.watch(/** @type {any} */ (this.view.draw))),
      shortcut("/", "Search the runs", () => root.querySelector("input")?.focus()),
      shortcut("c", "Compare the chosen runs", () => this.compare()),
    ];
    this.view.now();
    if (this.archived) this.loadArchived();
  }

  end() {
    for (const end of this.ends) end();
    this.view.end();
  }

  async loadArchived() {
    try {
      const { runs } = await api.get("/runs", { archived: true });
      this.away = {
        runs: new Map(runs.map((/** @type {Summary} */ each) => [each.name, each])),
        error: null,
      };
    } catch (error) {
      this.away = { ...this.away, error };
    }
    this.view.draw();
  }

  /** @param {Partial<import("./runs/filters.js").Wish>} part */
  change(part) {
    this.wish = { ...this.wish, ...part };
    keepQuery({ ...this.wish, sort: this.wish.sort === "newest" ? "" : this.wish.sort });
    this.view.draw();
  }

  toggleFilters() {
    this.filtering = !this.filtering;
    this.view.draw();
  }

  compare() {
    const address = comparePath([...this.selected]);
    if (this.selected.size > 1) navigate(address);
  }

  /** @param {string} name @param {boolean} on */
  select(name, on) {
    if (on) this.selected.add(name);
    else this.selected.delete(name);
    this.view.draw();
  }

  template() {
    const { runs, error } = this.archived ? this.away : shelf.value;
    const all = [...(runs?.values() ?? [])];
    for (const name of this.selected) if (runs && !runs.has(name)) this.selected.delete(name);
    return html`<div class="page-head"><h1>${this.archived ? "Archived runs" : "Runs"}</h1>
        <a class="button" href=${this.archived ? "/" : "/runs?archived=1"}>${icon("archive")}
          ${this.archived ? "Back to the runs" : "Archived"}</a>
        <a class="button primary wide-only" href="/new">${icon("plus")}New run</a></div>
      ${error ? fault(error, this.again()) : nothing}
      ${runs === null ? (error ? nothing : loading()) : this.list(all)}
      ${this.selected.size ? this.chosenBar() : nothing}`;
  }

  again() {
    const act = () => (this.archived ? this.loadArchived() : loadRuns());
    return html`<button class="button" type="button" @click=${act}>Try again</button>`;
  }

  /** @param {Summary[]} all */
  list(all) {
    if (!all.length) return this.archived ? nothingArchived() : nothingYet();
    const shown = chosen(all, this.wish);
    return html`${filterBar(
      all,
      this.wish,
      (part) => this.change(part),
      this.filtering,
      () => this.toggleFilters(),
    )}
      <p class="run-count small dim"><span role="status">${plural(shown.length, "run")}</span>${
        this.archived ? nothing : disk(all)
      }</p>
      ${
        shown.length
          ? html`<div class="run-grid">${repeat(
              shown,
              (run) => run.name,
              (run) => this.card(run),
            )}</div>`
          : empty({
              icon: "search",
              title: "No run fits",
              text: `None of the ${plural(all.length, "run")} has what you search for.`,
              action: html`<button class="button" type="button" @click=${() =>
                this.change({ q: "", state: "", recipe: "" })}>Show all runs</button>`,
            })
      }`;
  }

  /** @param {Summary} run */
  card(run) {
    const selected = this.selected.has(run.name);
    return guard([run, selected, run.state === "preparing" && jobOf(run.job)], () =>
      runCard(run, {
        selected,
        select: (on) => this.select(run.name, on),
        menu: (event) => openMenu(event, this.actions(run)),
      }),
    );
  }

  /** @param {Summary} run @returns {import("../components/menu.js").Item[]} */
  actions(run) {
    const live = isActive(run);
    const why = live ? "It is in progress; stop it first." : null;
    const change = async (/** @type {Promise<unknown>} */ done) => {
      if ((await done) && this.archived) this.loadArchived();
    };
    const items = this.archived
      ? [{ text: "Restore", icon: "archive", run: () => change(restore(run.name)) }]
      : [
          { text: "Rename", icon: "rename", why, run: () => rename(run.name) },
          { text: "Archive", icon: "archive", why, run: () => archive(run.name) },
        ];
    const copy = { text: "Copy with changes", icon: "copy", href: copyPath(run) };
    return /** @type {any} */ ([
      ...(live ? [{ text: "Stop", icon: "stop", run: () => this.stop(run.name) }] : []),
      ...(run.recipe && !run.damaged && !this.archived ? [copy] : []),
      ...items,
      { text: "Delete", icon: "trash", danger: true, why, run: () => change(remove(run)) },
    ]);
  }

  /** @param {string} name */
  async stop(name) {
    try {
      await stop(name);
      toast(`${name} is saved, and then stops.`);
    } catch (error) {
      toastFault(error);
    }
  }

  chosenBar() {
    const count = this.selected.size;
    return html`<div class="chosen-bar" role="region" aria-label="Chosen runs">
      <span>${count} chosen</span>
      <button class="button primary" type="button" ?disabled=${count < 2}
        @click=${() => this.compare()}
        >${icon("curve")}Compare</button>
      <button class="button quiet" type="button" @click=${() => {
        this.selected.clear();
        this.view.draw();
      }}>Clear</button></div>`;
  }
}

/** Free space, and what the runs that wait will need, by earlier runs of their recipes.
 * @param {Summary[]} runs */
function disk(runs) {
  const free = studio.value?.disk?.free;
  if (free === undefined) return nothing;
  const waiting = (queue.value.jobs ?? []).filter((job) => isWaiting(job) && job.kind === "train");
  const sizes = waiting.map((job) =>
    Math.max(...runs.filter((run) => run.recipe === job.recipe).map((run) => run.bytes ?? 0), 0),
  );
  const need = sizes.reduce((sum, size) => sum + size, 0);
  const words = need ? ` · waiting runs will need about ${bytes(need)}` : "";
  return html` · <span class=${need > free ? "bad" : ""}>${bytes(free)} free${words}</span>`;
}

const loading = () => html`<div class="run-grid" aria-hidden="true">${Array.from(
  { length: 8 },
  () =>
    html`<div class="run-card blank"><div class="run-picture"></div>
        <div class="run-text"></div></div>`,
)}</div>
  <span class="hidden-text">${doing("Reading the runs")}</span>`;

const nothingYet = () =>
  empty({
    icon: "pictures",
    title: "No runs yet",
    text: `Choose what you have (a folder of pictures, two folders, or nothing yet), and the studio
      finds a recipe for it. Runs that are started from a shell appear here, too:`,
    action: html`${commandLine("zerosum train dcgan-digits")}<a class="button primary" href="/new"
      >${icon("plus")}Start the first run</a>`,
  });

const nothingArchived = () =>
  empty({
    icon: "archive",
    title: "Nothing is archived",
    text: "Archive a run from its menu: it keeps all it has and is out of the way.",
    action: html`<a class="button" href="/">Back to the runs</a>`,
  });
