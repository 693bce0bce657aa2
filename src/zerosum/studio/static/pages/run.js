// @ts-check
// One run: what it makes, how it learns, and what can be done with it.
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import * as api from "../api.js";
import { runCharts } from "../charts/specs.js";
import { Wall } from "../charts/wall.js";
import { LogView } from "../components/log.js";
import { doing, empty, fault } from "../components/parts.js";
import { tabs } from "../components/tabs.js";
import { counted } from "../components/text.js";
import { toast, toastFault } from "../components/toast.js";
import { whileBusy } from "../components/busy.js";
import { view } from "../components/view.js";
import { keepQuery, navigate, runPath } from "../shell/router.js";
import { History } from "../store/history.js";
import { isRunning, isWaiting, queue } from "../store/queue.js";
import { shelf } from "../store/runs.js";
import { jobRow } from "./queue/row.js";
import { share } from "./runs/card.js";
import * as act from "./run/actions.js";
import { files } from "./run/files.js";
import { Film } from "./run/film.js";
import { head } from "./run/head.js";
import { offers } from "./run/offers.js";
import { settings } from "./run/settings.js";
import { uses } from "./run/uses.js";
import { wishes } from "./run/wishes.js";
import { archive, remove, rename, restore, runApi } from "./shared.js";

/** @typedef {import("../store/runs.js").Summary} Summary */

/** @type {[string, string][]} */
const TABS = [
  ["watch", "Watch"],
  ["log", "Log"],
  ["settings", "Configuration"],
  ["files", "Files"],
];
const LIVE = ["training", "stopping", "preparing"];

/** Whether more may come. @param {Summary | null} run */
const isLive = (run) => run !== null && [...LIVE, "waiting"].includes(run.state);

/** @type {import("../app.js").Mount} */
export function mount(root, route) {
  const page = new RunPage(root, route.name ?? "", route.query.get("tab") ?? "watch");
  return () => page.end();
}

class RunPage {
  /** @param {HTMLElement} root @param {string} name @param {string} tab */
  constructor(root, name, tab) {
    this.name = name;
    this.tab = TABS.some(([key]) => key === tab) ? tab : "watch";
    /** @type {any} */
    this.detail = null;
    /** @type {unknown} */
    this.error = null;
    this.gone = false;
    this.asked = false;
    this.query = "";
    /** @type {Map<string, History>} */
    this.others = new Map();
    /** @type {Set<string>} */
    this.more = new Set();
    /** @type {Summary | null} */
    this.run = shelf.value.runs?.get(name) ?? null;
    this.listed = this.run !== null;
    this.narrow = matchMedia("(max-width: 639px)");
    const parts = ["head", "panel", "watch", "log"].map(() => document.createElement("div"));
    root.append(...parts);
    this.headPart = parts[0];
    this.panelPart = parts[1];
    this.watchPart = parts[2];
    this.logPart = parts[3];
    this.preparePanels();
    this.history = new History(name, (event) => this.hear(event));
    this.views = [
      view(this.headPart, () => this.head()),
      view(this.panelPart, () => this.panel()),
    ];
    this.makeWatch();
    this.draw = () => this.views.forEach((each) => each.draw());
    this.ends = [
      queue.watch(this.draw),
      shelf.watch(() => this.hearShelf()),
      () => this.narrow.removeEventListener("change", this.draw),
    ];
    this.narrow.addEventListener("change", this.draw);
    this.views.forEach((each) => each.now());
    this.showTab();
    this.load();
  }

  preparePanels() {
    for (const [part, key] of /** @type {[HTMLElement, string][]} */ ([
      [this.watchPart, "watch"],
      [this.logPart, "log"],
    ])) {
      part.id = `panel-${key}`;
      part.setAttribute("role", "tabpanel");
      part.setAttribute("aria-labelledby", `tab-${key}`);
    }
  }

  makeWatch() {
    this.watchPart.className = "run-watch";
    const [film, curves] = [document.createElement("div"), document.createElement("div")];
    film.className = "run-film";
    this.watchPart.append(film, curves);
    this.film = new Film(film, this.name);
    this.wall = new Wall(
      curves,
      () => runCharts(this.history, this.others, this.more),
      () => this.wishes(),
    );
  }

  end() {
    clearTimeout(this.timer);
    for (const end of this.ends) end();
    for (const history of [this.history, ...this.others.values()]) history.end();
    for (const each of this.views) each.end();
    this.film.end();
    this.wall.end();
    this.log?.end();
  }

  async load() {
    if (this.leaving) return; // It may be gone by the time that the server looks.
    try {
      this.detail = await api.get(runApi(this.name));
      this.history.take(this.detail);
      [this.run, this.error, this.gone] = [this.history.summary, null, false];
      this.film.tell(isLive(this.run));
      this.film.show(this.history.samples);
      this.wall.draw();
    } catch (error) {
      this.error = error;
    }
    if (this.watchPart.hidden !== (this.tab !== "watch" || this.isMissing)) this.showTab();
    this.draw();
  }

  /** @param {Record<string, any>} event of this run */
  hear(event) {
    const before = this.run?.state;
    if (event.summary) this.take(event.summary);
    if (event.stats || event.scores?.length || event.reset) this.wall?.draw();
    if (event.samples?.length) this.film?.show(this.history.samples);
    if (event.gone && this.detail && !this.leaving) this.gone = true;
    if (event.log) this.log?.hear(event.log);
    if (event.scores?.length || this.run?.state !== before) this.reload();
    this.draw?.();
  }

  /** Runs that are renamed, archived or deleted are no longer among the others. */
  hearShelf() {
    const mine = shelf.value.runs?.get(this.name);
    if (mine) this.gone = false;
    else if (this.listed && !this.leaving) this.gone = true;
    if (mine && mine !== this.run) {
      const before = this.run?.state;
      this.take(mine);
      if (mine.state !== before) this.reload();
    }
    this.listed = mine !== undefined;
    this.draw();
  }

  /** What may be done now, and the checkpoints, are asked for again: soon, and once. */
  reload() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.load(), 300);
  }

  /** @param {Summary} run */
  take(run) {
    if (this.run && run.job !== this.run.job) this.log?.begin();
    const ended = this.run && LIVE.includes(this.run.state) && !LIVE.includes(run.state);
    if (ended && this.asked) {
      toast(
        run.state === "failed"
          ? `${run.name} failed: ${run.message}`
          : `${run.name} has stopped. It is saved at ${counted(run.images_seen)} images.`,
        { kind: run.state === "failed" ? "bad" : "good" },
      );
      this.asked = false;
    }
    this.run = run;
    this.film?.tell(isLive(run));
  }

  /** @param {string} tab */
  select(tab) {
    this.tab = tab;
    keepQuery({ tab: tab === "watch" ? "" : tab });
    this.views.forEach((each) => each.now());
    this.showTab();
  }

  showTab() {
    this.watchPart.hidden = this.tab !== "watch" || this.isMissing;
    this.logPart.hidden = this.tab !== "log" || this.isMissing;
    if (this.tab === "watch") this.wall.now();
    if (this.tab === "log" && !this.log)
      this.log = new LogView(this.logPart, {
        label: `Log of ${this.name}`,
        nothing: "Nothing was kept: logs are of runs that the studio started.",
        read: (end, count) => api.get(`${runApi(this.name)}/log`, { end, bytes: count }),
      });
  }

  get isMissing() {
    return this.error !== null && this.detail === null;
  }

  /** @param {(event: Event) => Promise<unknown>} action @returns {(event: Event) => void} */
  busily(action) {
    return (event) =>
      event.currentTarget
        ? whileBusy(event, () => action(event))
        : action(event).catch(toastFault);
  }

  /** @returns {import("./run/head.js").Action[]} */
  actions() {
    if (!this.run || !this.detail) return [];
    return offers(this.run, this.detail, {
      stop: this.busily(() => this.stop()),
      resume: this.busily(() => act.resume(this.name)),
      rename: () => this.rename(),
      archive: () => this.leave(archive(this.name), "/"),
      restore: () => this.leave(restore(this.name), null),
      remove: () => this.leave(remove(/** @type {Summary} */ (this.run)), "/"),
    });
  }

  async stop() {
    this.asked = true;
    await act.stop(this.name);
    if (this.run && LIVE.includes(this.run.state)) this.run = { ...this.run, state: "stopping" };
    this.draw();
  }

  async rename() {
    this.leaving = true;
    const name = await rename(this.name);
    this.leaving = false;
    if (name) navigate(runPath(name), { replace: true });
    else this.reload();
  }

  /** @param {Promise<boolean>} done @param {string | null} to where the reader is led then */
  async leave(done, to) {
    this.leaving = true;
    const left = await done;
    this.leaving = false;
    if (left && to) navigate(to);
    else if (left) this.load();
    else this.reload();
  }

  /** What a tab in the background tells. */
  get title() {
    const done = this.run && LIVE.includes(this.run.state) ? share(this.run) : null;
    return `${done ? `${Math.floor(100 * done)} % · ` : ""}${this.name} · zerosum`;
  }

  head() {
    const missing = this.isMissing;
    document.title = this.title;
    return html`${head({
      name: this.name,
      run: missing ? null : this.run,
      actions: this.gone ? [] : this.actions(),
      alarms: this.history.alarms,
      narrow: this.narrow.matches,
    })}
      ${this.gone || missing ? this.away() : nothing}
      ${missing ? nothing : this.parts()}`;
  }

  parts() {
    const select = (/** @type {string} */ tab) => this.select(tab);
    return html`${uses(this.name, this.detail ? this.detail.abilities : null)}${this.jobs()}${tabs("Parts of the run", TABS, this.tab, select)}`;
  }

  away() {
    const back = html`<a class="button" href="/">All runs</a><a class="button"
      href="/runs?archived=1"
      >Archived runs</a><button class="button" type="button" @click=${() => this.load()}>Look
        again</button>`;
    if (this.isMissing) return fault(this.error, back);
    return fault(
      "This run is not here any more: it was deleted, renamed or archived. " +
        "What is shown was read before.",
      back,
    );
  }

  /** What is being done for this run just now, beside its training, and what waits. */
  jobs() {
    const shown = this.ownJobs().filter(
      (job) => isWaiting(job) || (isRunning(job) && job.kind !== "train"),
    );
    return shown.length
      ? html`<ul class="job-list run-jobs">${shown.map((job) => jobRow(job, {}))}</ul>`
      : nothing;
  }

  ownJobs() {
    return (queue.value.jobs ?? []).filter((job) => job.run === this.name);
  }

  panel() {
    if (this.isMissing || this.tab === "watch" || this.tab === "log") return nothing;
    const inside = !this.detail
      ? doing("Reading the run")
      : this.tab === "files"
        ? files(this.detail, this.ownJobs())
        : this.run?.damaged && !this.detail.config
          ? empty({
              icon: "alarm",
              title: "Its configuration cannot be read",
              text: this.run.damaged,
            })
          : settings(this.detail, this.query, (query) => {
              this.query = query;
              this.draw();
            });
    return html`<div id="panel-${this.tab}" role="tabpanel"
      aria-labelledby="tab-${this.tab}">${inside}</div>`;
  }

  /** What else is drawn: other runs over this one, other columns of its statistics. */
  wishes() {
    return wishes(this.history, this.others, this.more, () => this.wall.draw());
  }
}
