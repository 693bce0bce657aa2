// @ts-check
// What a run has on the disk: checkpoints, exports, and what to do with them.
import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import { until } from "../../vendor/lit-html/directives/until.js";
import * as api from "../../api.js";
import { icon } from "../../components/icons.js";
import { commandLine } from "../../components/parts.js";
import { runFile } from "../../components/picture.js";
import { ago, bytes, counted, moment } from "../../components/text.js";

/** @typedef {import("../../store/queue.js").Job} Job */

/** @param {any} detail @param {Job[]} jobs of this run */
export function files(detail, jobs) {
  const { checkpoints, summary, next } = detail;
  // What jobs have written since the run was read is there, too.
  const exports = new Map([
    ...jobs
      .filter((job) => job.state === "finished")
      .flatMap((job) => (job.files ?? []).map((file) => [file, job.ended])),
    ...(detail.exports ?? []).map((/** @type {any} */ each) => [each.file, each.changed]),
  ]);
  return html`<div class="stack">
    <section class="card stack"><h2>Checkpoints</h2>${
      checkpoints?.length
        ? checkpointTable(checkpoints)
        : html`<p class="dim">There is none yet; the first is written when the run is saved.</p>`
    }</section>
    <section class="card stack"><h2>Exports</h2>${
      exports.size
        ? html`<ul class="stack">${[...exports].map(([file, changed]) =>
            download(summary.name, file, changed),
          )}</ul>`
        : html`<p class="dim">Export writes the network for other programs.</p>`
    }</section>
    <section class="card stack"><h2>Files of the run</h2><div class="row">
      ${["curves.png", "samples.gif", "config.json", "stats.jsonl", "scores.jsonl"].map(
        (file) =>
          html`<a class="button" download=${`${summary.name}-${file}`}
            href=${runFile(summary.name, file)}
          >${icon("download")}${file}</a>`,
      )}</div>
      <p class="small dim">curves.png and samples.gif are written when the training
        ends.</p></section>
    ${
      next?.length
        ? html`<section class="card stack"><h2>Next, in a shell</h2>${next.map(
            (
              /** @type {{what: string, command: string}} */ each,
            ) => html`<div class="stack tight"><p class="small dim"
        >${each.what}</p>${commandLine(each.command)}</div>`,
          )}</section>`
        : nothing
    }
    ${checkpoints?.length ? until(lessonsOn(summary.name), nothing) : nothing}</div>`;
}

/** @type {{run: string, links: Promise<unknown>} | null} */
let lessons = null;

/** The lessons that look at a run; one promise for each run, so that nothing is drawn anew.
 * @param {string} run */
function lessonsOn(run) {
  if (lessons?.run !== run) lessons = { run, links: linksOf(run) };
  return lessons.links;
}

/** @param {string} run */
async function linksOf(run) {
  /** @type {any[]} */
  let chapters = [];
  try {
    ({ chapters } = await api.get("/lessons"));
  } catch {
    lessons = null; // Asked again when the page is next drawn; the run is here all the same.
    return nothing;
  }
  const taking = chapters.flatMap((chapter) => chapter.lessons).filter((each) => each.takes_run);
  return html`<section class="card stack"><h2>Lessons on this run</h2>
    <p class="small dim">Each looks at what this run has learnt; one that needs another kind of
      run says so.</p>
    <ul class="stack tight">${taking.map(
      ({ name, title, takes_run }) =>
        html`<li><a href=${`/learn/${name}?${new URLSearchParams({ [takes_run]: run })}`}
        >${title}</a></li>`,
    )}</ul></section>`;
}

/** @param {string} run @param {string} file @param {number | null} ended */
const download = (run, file, ended) => html`<li class="row"><a class="button" download
  href=${runFile(run, file)}>${icon("download")}${file.split("/").at(-1)}</a><span
    class="small dim"
  >${ago(ended)}</span></li>`;

/** @param {{name: string, bytes: number, changed: number, images: number | null}[]} checkpoints */
const checkpointTable = (checkpoints) => html`<div class="table-scroll" tabindex="0" role="region"
  aria-label="Checkpoints"><table><thead><tr><th scope="col">Name</th><th
    scope="col">Images</th><th scope="col"
  >Size</th><th scope="col">Written</th></tr></thead><tbody>${checkpoints.map(
    (each) => html`<tr>
    <td>${each.name}</td><td>${each.images === null ? "–" : counted(each.images)}</td>
    <td>${bytes(each.bytes)}</td><td>${moment(each.changed)}</td></tr>`,
  )}</tbody></table></div>`;
