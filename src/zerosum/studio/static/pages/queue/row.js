// @ts-check
// One job of the queue.
import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import * as api from "../../api.js";
import { ask, openDialog } from "../../components/dialog.js";
import { icon } from "../../components/icons.js";
import { LogView } from "../../components/log.js";
import { chip, commandLine, progressBar } from "../../components/parts.js";
import { runFile } from "../../components/picture.js";
import { whileBusy } from "../../components/busy.js";
import { counted, duration, moment, sentence, significant } from "../../components/text.js";
import { subscribe } from "../../events.js";
import { resultsPath, runPath } from "../../shell/router.js";
import { isRunning, isWaiting, rateOf } from "../../store/queue.js";

/** @typedef {import("../../store/queue.js").Job} Job */

const KINDS = {
  train: "Train",
  resume: "Go on with",
  evaluate: "Evaluate",
  export: "Export",
  translate: "Translate with",
  attack: "Attack",
};

/**
 * @param {Job} job
 * @param {{before?: unknown, after?: unknown, isHere?: boolean}} parts around it; `isHere`: its
 *   results are shown already
 */
export const jobRow = (job, { before, after, isHere = false }) => html`<li class="card job" data-id=${job.id}>
  ${before ?? nothing}
  <div class="job-text">
    <p class="job-name"><span class="dim">${KINDS[job.kind] ?? job.kind}</span>
      ${subject(job)}</p>
    <p class="small dim">${facts(job)}</p>
    ${said(job)}
    ${isRunning(job) ? progress(job) : nothing}
    ${job.state === "finished" && job.run ? downloads(job) : nothing}</div>
  <div class="job-side">${chip(/** @type {any} */ (job.state))}
    <div class="row">${after ?? nothing}${ownButtons(job, isHere)}</div></div></li>`;

/** What it is done with. @param {Job} job */
const subject = (job) =>
  job.run
    ? html`<a class="clip" href=${runPath(job.run)}>${job.run}</a>`
    : html`<span class="clip">${nameOf(job)}</span>`;

/** A run by its name; what comes with zerosum without the mark. @param {Job} job */
export const nameOf = (job) => job.run || (job.network ?? "").replace(/^@/, "");

/** @param {Job} job @param {boolean} isHere */
const ownButtons = (job, isHere) =>
  html`${job.results && !isHere ? resultsLink(job) : nothing}${isWaiting(job) ? startNow(job) : logButton(job)}${removal(job)}`;

/** What it has made, which its page shows while it is being made, too. @param {Job} job */
const resultsLink = (job) => html`<a class="button small"
  href=${resultsPath(job.network ?? "", job.results)}
  aria-label="Results of ${KINDS[job.kind] ?? job.kind} ${nameOf(job)}">Results</a>`;

/** @param {Job} job */
const startNow = (job) => html`<button class="button small" type="button"
  aria-label="Start ${nameOf(job)} now" @click=${(/** @type {Event} */ event) =>
    whileBusy(event, () => api.post(`${pathOf(job)}/start`))}>Start now</button>`;

/** @param {Job} job */
const pathOf = ({ id }) => `/queue/${encodeURIComponent(id)}`;

/** What it waits for, or what went wrong. @param {Job} job */
function said(job) {
  const text = job.message ?? (isWaiting(job) ? sentence(job.phase ?? "") : "");
  const look = job.state === "failed" ? "bad" : "";
  return text ? html`<p class="small ${look}">${text}</p>` : nothing;
}

/** @param {Job} job */
function facts(job) {
  const time = job.ended
    ? `ended ${moment(job.ended)}`
    : job.started
      ? `since ${moment(job.started)}`
      : "";
  const lasted = job.ended && job.started ? `took ${duration(job.ended - job.started)}` : "";
  return [job.recipe, job.device, time, lasted].filter(Boolean).join(" · ");
}

/** @param {Job} job */
function progress(job) {
  const share = job.total && job.done !== null ? job.done / job.total : null;
  const left = job.seconds_left ? ` · ${duration(job.seconds_left)} left` : "";
  const done = job.total ? `${counted(job.done ?? 0)} of ${counted(job.total)}` : "";
  const rate = rateOf(job);
  const words = [job.phase, done, rate ? `${significant(rate)} a second` : ""];
  return html`${progressBar({ share, label: `Progress of ${nameOf(job) || job.kind}` })}
    <p class="small dim numbers">${words.filter(Boolean).join(" · ")}${left}</p>`;
}

/** @param {Job} job */
const downloads = (job) =>
  html`<div class="row">${(job.files ?? []).map((file) => download(job, file))}</div>`;

/** @param {Job} job @param {string} file */
const download = ({ run }, file) => html`<a class="button small" download
  href=${runFile(run ?? "", file)}>${icon("download")}${file.split("/").at(-1)}</a>`;

/** @param {Job} job */
const logButton = (job) => html`<button class="button small" type="button"
  aria-label="Log of ${KINDS[job.kind] ?? job.kind} ${nameOf(job)}"
    @click=${() => showLog(job)}>Log</button>`;

/** What the job printed. @param {Job} job */
function showLog(job) {
  const address = `/jobs/${encodeURIComponent(job.id)}`;
  const place = document.createElement("div");
  const log = new LogView(place, {
    label: `Log of ${nameOf(job)}`,
    nothing: "It has written nothing yet.",
    read: (end, bytes) => api.get(`${address}/log`, { end, bytes }),
  });
  const leave = subscribe(
    `job/${job.id}`,
    (/** @type {any} */ event) => event.log && log.hear(event.log),
  );
  openDialog({ title: `Log of ${nameOf(job) || job.kind}`, look: "wide" }, () => html`${place}`).then(
    () => {
      leave();
      log.end();
    },
  );
}

/** @param {Job} job */
function removal(job) {
  if (!isWaiting(job) && !isRunning(job)) return nothing;
  const path = pathOf(job);
  // Only the queue knows what such a run was to be.
  const leave = () =>
    ask({
      title: `Take ${nameOf(job) || "it"} out of the queue?`,
      text: html`<p>It is not started, and its settings are forgotten. They are:</p>
        ${commandLine(job.command)}`,
      confirm: "Take it out",
      action: () => api.remove(path),
    });
  if (isWaiting(job))
    return html`<button class="button small icon" type="button"
      aria-label="Take ${nameOf(job)} out of the queue"
      title="Take it out" @click=${leave}>${icon("close")}</button>`;
  const stop = () =>
    ask({
      title: `Stop ${nameOf(job) || "it"}?`,
      text: html`<p>${
        job.kind === "train" || job.kind === "resume"
          ? "It saves what it has learnt, and then ends. It can be resumed."
          : job.results
            ? "The pictures that are finished stay."
            : "What it has computed so far is lost."
      }</p>`,
      confirm: "Stop it",
      action: () => api.remove(path),
    });
  return html`<button class="button small" type="button" aria-label="Stop ${nameOf(job)}"
    ?disabled=${job.state === "stopping"}
      @click=${stop}>${job.state === "stopping" ? "Stopping …" : "Stop"}</button>`;
}
