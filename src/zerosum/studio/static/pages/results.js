// @ts-check
// What a job has made with a network: a folder of files, shown while it grows.
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import * as api from "../api.js";
import { ask } from "../components/dialog.js";
import { icon } from "../components/icons.js";
import { doing, empty, fault } from "../components/parts.js";
import { bytes, moment, plural } from "../components/text.js";
import { toast } from "../components/toast.js";
import { view } from "../components/view.js";
import { navigate, resultsPath, runPath } from "../shell/router.js";
import { isRunning, isWaiting, queue } from "../store/queue.js";
import { usePath } from "../use/networks.js";
import { jobRow } from "./queue/row.js";

/** @typedef {{file: string, bytes: number, changed: number}} File */
/** @typedef {{results: string, kind: string, name: string, created: number}} Set */

/**
 * What shows one kind of results: it is told of the files whenever there are more.
 * @typedef {{tell: (files: File[], complete: boolean) => void, end: () => void}} Shown
 * @typedef {(root: HTMLElement, what: {network: string, results: string,
 *   query: URLSearchParams}) => Shown} Show
 */

/** By kind, its module's function `show`. @type {Record<string, () => Promise<{show: Show}>>} */
const SHOWN = {
  translated: () => import("../translate/gallery.js"),
  attacked: () => import("../attack/results.js"),
};

const KINDS = { translated: "Translated by", attacked: "Attacks on" };
const PAGES = { translated: ["translate", "Translate more"], attacked: ["attack", "Attack more"] };
const EVERY = 1500;

/** @type {import("../app.js").Mount} */
export function mount(root, route) {
  const page = new ResultsPage(root, route.name ?? "", route.query);
  return () => page.end();
}

/** The address of results in the API. @param {string} network @param {string} results */
export const resultsApi = (network, results) =>
  `/networks/${encodeURIComponent(network)}/results/${results
    .split("/")
    .map(encodeURIComponent)
    .join("/")}`;

/** The address of one of their files, which the browser loads by itself.
 * @param {string} network @param {string} results @param {File} file */
export const resultFile = (network, results, { file, changed }) => {
  const path = file.split("/").map(encodeURIComponent).join("/");
  return api.fileUrl(`${resultsApi(network, results)}/files/${path}`, { changed });
};

class ResultsPage {
  /** @param {HTMLElement} root @param {string} network @param {URLSearchParams} query */
  constructor(root, network, query) {
    this.network = network;
    this.query = query;
    this.results = query.get("set") ?? "";
    /** @type {Set[]} */
    this.sets = [];
    /** @type {File[] | null} */
    this.files = null;
    /** @type {unknown} */
    this.error = null;
    this.ended = false;
    // Nothing may be told of a short job between its beginning and its end.
    this.wasBusy = this.busy();
    this.loads = 0;
    /** @type {Shown | null} */
    this.shown = null;
    const [head, body] = [document.createElement("div"), document.createElement("div")];
    head.className = "stack results-head";
    root.append(head, body);
    this.body = body;
    this.view = view(head, () => this.template());
    this.unwatch = queue.watch(() => this.hear());
    this.title();
    this.view.now();
    this.begin();
  }

  title() {
    const name = this.results.split("/")[1];
    document.title = `${name ? `${name} · ` : ""}Results · zerosum`;
  }

  end() {
    this.ended = true;
    clearTimeout(this.timer);
    this.unwatch();
    this.view.end();
    this.shown?.end();
  }

  async begin() {
    try {
      const { sets } = await api.get(`/networks/${encodeURIComponent(this.network)}/results`);
      this.sets = sets;
      if (!this.results && sets.length) this.results = sets[0].results;
      this.title();
    } catch (error) {
      this.error = error;
      return this.view.draw();
    }
    await this.load();
    if (!this.ended && !this.error && this.files) await this.show();
  }

  async show() {
    const make = SHOWN[this.results.split("/")[0]];
    if (!make) return;
    const { show } = await make();
    if (this.ended) return;
    const { network, results, query } = this;
    this.shown = show(this.body, { network, results, query });
    this.shown.tell(this.files ?? [], !this.busy());
  }

  async load() {
    if (!this.results || this.ended) return this.view.draw();
    const mine = (this.loads += 1);
    try {
      const { files } = await api.get(resultsApi(this.network, this.results));
      if (mine !== this.loads) return; // A later answer has come first.
      [this.files, this.error] = [files, null];
    } catch (error) {
      if (mine !== this.loads) return;
      this.error = error;
    }
    if (this.ended) return;
    this.shown?.tell(this.files ?? [], !this.busy());
    this.view.draw();
  }

  /** The last job that makes these results. */
  job() {
    const jobs = queue.value.jobs ?? [];
    return jobs.findLast((job) => job.network === this.network && job.results === this.results);
  }

  busy() {
    const job = this.job();
    return job !== undefined && (isRunning(job) || isWaiting(job));
  }

  /** The job has gone on: there may be more files, but not to be asked for at each step. */
  hear() {
    this.view.draw();
    const busy = this.busy();
    const over = this.wasBusy && !busy;
    this.wasBusy = busy;
    if ((!busy && !over) || (this.timer && !over)) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(
      () => {
        this.timer = 0;
        this.load();
      },
      over ? 0 : EVERY,
    );
  }

  template() {
    const [kind, name] = this.results.split("/");
    return html`<div class="page-head"><div class="results-title"><h1 class="clip">${name || "Results"}</h1>
        <p class="dim small">${KINDS[kind] ?? "Made with"} ${this.subject()}</p></div>
        ${this.another(kind)}${this.files?.length ? this.buttons() : nothing}</div>
      ${this.error ? fault(this.error) : nothing}
      ${this.job() ? html`<ul class="job-list">${jobRow(/** @type {any} */ (this.job()), { isHere: true })}</ul>` : nothing}
      ${this.sets.length > 1 ? this.choice() : nothing}
      ${this.error ? nothing : this.state()}`;
  }

  /** @param {string} kind */
  another(kind) {
    const [page, words] = PAGES[kind] ?? [];
    return page
      ? html`<a class="button" href=${usePath(page, this.network)}>${words}</a>`
      : nothing;
  }

  subject() {
    return this.network.startsWith("@")
      ? this.network.slice(1)
      : html`<a href=${runPath(this.network)}>${this.network}</a>`;
  }

  state() {
    if (!this.results)
      return this.files === null && !this.sets.length
        ? empty({
            icon: "pictures",
            title: "Nothing has been made yet",
            text: "What jobs make of many pictures is kept here, a folder for each job.",
          })
        : nothing;
    if (this.files === null) return doing("Reading the results");
    if (!this.files.length)
      return this.busy()
        ? nothing
        : html`<p class="dim">There is nothing in it: the job made no picture.</p>`;
    return SHOWN[this.results.split("/")[0]] ? nothing : this.list(this.files);
  }

  /** @param {File[]} files */
  list(files) {
    return html`<ul class="card stack tight">${files.map(
      (file) => html`<li class="row apart"><a class="clip" download
        href=${resultFile(this.network, this.results, file)}>${file.file}</a>
        <span class="small dim numbers">${bytes(file.bytes)}</span></li>`,
    )}</ul>`;
  }

  choice() {
    const go = (/** @type {Event} */ event) => {
      const { value } = /** @type {HTMLSelectElement} */ (event.currentTarget);
      navigate(resultsPath(this.network, value), { replace: true });
    };
    return html`<label class="row small"><span class="dim">Results</span>
      <select @change=${go}>${this.sets.map(
        (set) => html`<option value=${set.results} ?selected=${set.results === this.results}
          >${set.name} (${set.kind}, ${moment(set.created)})</option>`,
      )}</select></label>`;
  }

  buttons() {
    const files = this.files ?? [];
    const address = resultsApi(this.network, this.results);
    const size = bytes(files.reduce((sum, file) => sum + file.bytes, 0));
    const remove = () =>
      ask({
        title: `Delete ${this.results.split("/")[1]}?`,
        text: html`<p>${plural(files.length, "file")}, ${size}. Nothing brings them back; the
          pictures that they were made of stay.</p>`,
        confirm: "Delete",
        danger: true,
        action: () => api.remove(address),
      }).then((done) => {
        if (!done) return;
        toast("The results are deleted.", { kind: "good" });
        navigate(resultsPath(this.network), { replace: true });
      });
    return html`<a class="button" download href=${api.fileUrl(`${address}/zip`)}
        title="One zip archive, ${size}">${icon("download")}Download all</a>
      <button class="button danger" type="button" ?disabled=${this.busy()}
        @click=${remove}>${icon("trash")}Delete</button>`;
  }
}
