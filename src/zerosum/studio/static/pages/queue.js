// @ts-check
// What is to be done, in which order, and what has been.
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { repeat } from "../vendor/lit-html/directives/repeat.js";
import * as api from "../api.js";
import { whileBusy } from "../components/busy.js";
import { icon } from "../components/icons.js";
import { doing, empty, fault } from "../components/parts.js";
import { plural } from "../components/text.js";
import { toastFault } from "../components/toast.js";
import { view } from "../components/view.js";
import { isRunning, isWaiting, loadQueue, queue } from "../store/queue.js";
import { carry } from "./queue/carry.js";
import { jobRow, nameOf } from "./queue/row.js";

/** @typedef {import("../store/queue.js").Job} Job */

const OLD = 20;

/** @type {import("../app.js").Mount} */
export function mount(root) {
  const page = new QueuePage(root);
  return () => page.end();
}

class QueuePage {
  /** @param {HTMLElement} root */
  constructor(root) {
    document.title = "Queue · zerosum";
    /** The order that was asked for, until the studio says it. @type {string[] | null} */
    this.order = null;
    this.dragged = "";
    this.said = "";
    this.all = false;
    this.view = view(root, () => this.template());
    this.unwatch = queue.watch(() => {
      if (!this.dragged) this.order = null;
      this.view.draw();
    });
    this.view.now();
  }

  end() {
    this.unwatch();
    this.view.end();
  }

  template() {
    const { jobs, paused, error } = queue.value;
    return html`<div class="page-head"><h1>Queue</h1>${jobs ? this.pauseButton(paused) : nothing}
        <a class="button primary wide-only" href="/new">${icon("plus")}New run</a></div>
      ${error ? fault(error, again()) : nothing}
      ${jobs === null ? (error ? nothing : doing("Reading the queue")) : this.parts(jobs, paused)}
      <p class="hidden-text" role="status">${this.said}</p>`;
  }

  /** @param {boolean} paused */
  pauseButton(paused) {
    const act = (/** @type {Event} */ event) =>
      whileBusy(event, async () => {
        await api.post(paused ? "/queue/continue" : "/queue/pause");
      });
    return html`<button class="button" type="button"
      @click=${act}>${icon(paused ? "play" : "pause")}
      ${paused ? "Continue" : "Pause"}</button>`;
  }

  /** @param {Job[]} jobs @param {boolean} paused */
  parts(jobs, paused) {
    const running = jobs.filter(isRunning);
    const waiting = this.ordered(jobs.filter(isWaiting));
    const over = jobs.filter((job) => !isRunning(job) && !isWaiting(job));
    over.sort((a, b) => (b.ended ?? b.created ?? 0) - (a.ended ?? a.created ?? 0));
    const { schedules, trouble } = queue.value;
    return html`
      ${
        trouble
          ? html`<p class="note bad" role="alert">No job can be started now: ${trouble}</p>`
          : nothing
      }
      ${
        schedules === false
          ? html`<p class="note warn">Another studio over this folder works
        on the queue. What you order here is passed on to it.</p>`
          : nothing
      }
      ${
        paused
          ? html`<p class="note warn">The queue is paused: what runs goes on, and nothing else
        starts.</p>`
          : nothing
      }
      ${jobs.length ? nothing : nothingQueued()}
      ${this.part("Running", running, (job) => jobRow(job, {}))}
      ${this.part("Waiting", waiting, (job, place) =>
        this.waitingRow(job, place, waiting),
      )}
      ${this.part("Done", this.all ? over : over.slice(0, OLD), (job) => jobRow(job, {}))}
      ${
        over.length > OLD && !this.all
          ? html`<button class="button" type="button" @click=${() => {
              this.all = true;
              this.view.draw();
            }}>Show all ${over.length}</button>`
          : nothing
      }`;
  }

  /**
   * @param {string} title @param {Job[]} jobs
   * @param {(job: Job, place: number) => unknown} row
   */
  part(title, jobs, row) {
    if (!jobs.length) return nothing;
    return html`<section class="queue-part"><div class="row"><h2>${title}</h2><span
      class="dim small"
      >${plural(jobs.length, "job")}</span></div>
      <ol class="job-list"
        data-part=${title}>${repeat(jobs, (job) => job.id, row)}</ol></section>`;
  }

  /** @param {Job[]} waiting */
  ordered(waiting) {
    const { order } = this;
    if (!order) return waiting;
    const place = (/** @type {Job} */ job) =>
      (order.indexOf(job.id) + order.length + 1) % (order.length + 1);
    return [...waiting].sort((a, b) => place(a) - place(b));
  }

  /** @param {Job} job @param {number} place @param {Job[]} waiting */
  waitingRow(job, place, waiting) {
    const ids = waiting.map(({ id }) => id);
    const step = (/** @type {number} */ by) => this.move(ids, place, place + by, job, true);
    const before =
      waiting.length > 1
        ? html`<button class="grip" type="button" title="Drag, or press ↑ and ↓"
      aria-label="Place ${place + 1} of ${waiting.length}: ${nameOf(job)}. Arrow keys move it."
      @pointerdown=${(/** @type {PointerEvent} */ event) => this.drag(event, job, ids)}
      @keydown=${(/** @type {KeyboardEvent} */ event) => {
        const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
        if (!by) return;
        event.preventDefault();
        step(by);
      }}>${icon("grip")}</button>`
        : nothing;
    const after = html`
      <button class="button small icon" type="button" aria-label="Earlier: ${nameOf(job)}"
        title="Earlier"
        ?disabled=${place === 0} @click=${() => step(-1)}>${icon("up")}</button>
      <button class="button small icon" type="button" aria-label="Later: ${nameOf(job)}" title="Later"
        ?disabled=${place === waiting.length - 1}
        @click=${() => step(1)}>${icon("down")}</button>`;
    return jobRow(job, { before, after });
  }

  /** @param {PointerEvent} event @param {Job} job @param {string[]} ids */
  drag(event, job, ids) {
    this.dragged = job.id;
    carry(event, {
      over: (place) => {
        const now = this.order ?? ids;
        if (now[place] !== job.id) this.move(now, now.indexOf(job.id), place, job, false);
      },
      done: () => {
        this.dragged = "";
        if (this.order) this.send(this.order);
      },
    });
  }

  /**
   * @param {string[]} ids @param {number} from @param {number} to
   * @param {Job} job @param {boolean} send
   */
  move(ids, from, to, job, send) {
    if (to < 0 || to >= ids.length) return;
    const order = [...ids];
    order.splice(to, 0, ...order.splice(from, 1));
    this.order = order;
    this.said = `${nameOf(job)} is now at place ${to + 1} of ${ids.length}.`;
    this.view.draw();
    if (send) this.send(order);
  }

  /** @param {string[]} ids */
  async send(ids) {
    try {
      await api.post("/queue/order", { ids });
    } catch (error) {
      this.order = null;
      this.view.draw();
      toastFault(error);
    }
  }
}

const again = () =>
  html`<button class="button" type="button" @click=${loadQueue}>Try again</button>`;

const nothingQueued = () =>
  empty({
    icon: "queue",
    title: "Nothing is queued",
    text: `What you start waits here for its turn: one training at a time on each device. The queue
      goes on
      when this page is closed, and when the studio is started again.`,
    action: html`<a class="button primary" href="/new">${icon("plus")}New run</a>`,
  });
