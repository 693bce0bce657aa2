// @ts-check
// One run on the page of all runs.
import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import { icon } from "../../components/icons.js";
import { chip, progressBar } from "../../components/parts.js";
import { sampleOf } from "../../components/picture.js";
import { sparkline } from "../../components/sparkline.js";
import { ago, bytes, counted, duration, significant, withError } from "../../components/text.js";
import { runPath } from "../../shell/router.js";
import { jobOf, rateOf } from "../../store/queue.js";
import { isActive } from "./filters.js";

/** @typedef {import("../../store/runs.js").Summary} Summary */

/**
 * @param {Summary} run
 * @param {{selected: boolean, select: (on: boolean) => void, menu: (event: Event) => void}} how
 */
export const runCard = (run, { selected, select, menu }) => html`<article class="run-card">
  <a class="run-picture" href=${runPath(run.name)} tabindex="-1" aria-hidden="true">${
    run.sample ? sampleOf(run.name, run.sample) : icon("pictures")
  }</a>
  <label class="run-select" title="Choose to compare"><input type="checkbox" .checked=${selected}
    aria-label="Choose ${run.name}" @change=${(/** @type {Event} */ event) =>
      select(/** @type {HTMLInputElement} */ (event.target).checked)}></label>
  <div class="run-text">
    <div class="run-name"><h2 class="clip"><a href=${runPath(run.name)} title=${run.name}
      >${run.name}</a></h2><button class="button quiet icon small" type="button"
      aria-label="Actions for ${run.name}" aria-haspopup="menu" @click=${menu}
      >${icon("more")}</button></div>
    <p class="dim small clip">${run.recipe ?? "no recipe"}${run.data ? ` · ${run.data}` : ""}</p>
    <div class="run-line">${stateChips(run)}</div>
    ${progressBar({ share: share(run), label: `Progress of ${run.name}`, look: look(run) })}
    <p class="run-facts small ${isWrong(run) ? "bad" : "dim"}">${facts(run)}</p>
    <div class="run-score">${score(run)}</div>
  </div></article>`;

/** The look of a run's state. @param {Summary} run */
export const look = (run) => (run.damaged ? "damaged" : run.state);

/** @param {Summary} run */
export const stateChips = (run) =>
  run.damaged
    ? chip("damaged")
    : html`${chip(/** @type {any} */ (run.state), phaseOf(run))}
      ${run.alarm ? chip("alarm") : nothing}`;

/** @param {Summary} run */
const phaseOf = (run) =>
  run.phase && isActive(run) && run.phase !== run.state ? run.phase : undefined;

/** How much of a run is done; null where nobody knows. @param {Summary} run */
export function share(run) {
  if (run.state !== "preparing") return run.total_images ? run.images_seen / run.total_images : 0;
  const job = jobOf(run.job);
  return job?.total ? (job.done ?? 0) / job.total : null;
}

/** How far a preparation is. @param {Summary} run */
export function prepared(run) {
  const job = jobOf(run.job);
  if (!job?.total) return "Preparing";
  const rate = rateOf(job);
  const left = job.seconds_left ? ` · ${duration(job.seconds_left)} left` : "";
  const done = `${counted(job.done ?? 0)} of ${counted(job.total)}`;
  return `${done}${rate ? ` · ${significant(rate)} a second` : ""}${left}`;
}

/** @param {Summary} run */
const isWrong = (run) => run.damaged !== null || run.state === "failed";

/** @param {Summary} run */
function facts(run) {
  if (run.damaged) return run.damaged;
  if (run.message && (run.state === "failed" || run.state === "waiting")) return run.message;
  const rate =
    run.images_per_second && isActive(run)
      ? ` · ${significant(Math.round(run.images_per_second))} images/s`
      : "";
  if (run.state === "preparing") return prepared(run);
  if (run.state === "waiting") return `In the queue: ${run.phase ?? "it waits for its turn"}`;
  const left = run.seconds_left && isActive(run) ? ` · ${duration(run.seconds_left)} left` : "";
  const total = run.total_images ? ` of ${counted(run.total_images)}` : "";
  const rest = isActive(run) ? rate + left : ` · ${ago(run.updated)} · ${bytes(run.bytes)}`;
  return `${counted(run.images_seen)}${total} images${rest}`;
}

/** @param {Summary} run */
function score({ score, sparkline: points, name }) {
  if (!score) return html`<span class="dim small">no score yet</span>`;
  return html`<span class="small"><span class="dim">${score.name}</span> <b class="numbers"
    >${withError(score.value, score.error)}</b></span>${sparkline(
      points ?? [],
      `${score.name} of ${name} over time`,
    )}`;
}
