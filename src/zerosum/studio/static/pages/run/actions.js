// @ts-check
// What can be done with a run, and the dialogs that ask how.
import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import * as api from "../../api.js";
import { ask, openDialog } from "../../components/dialog.js";
import { field, messageOf, segments } from "../../components/parts.js";
import { counted } from "../../components/text.js";
import { toast, toastFault } from "../../components/toast.js";
import { navigate } from "../../shell/router.js";
import { runApi } from "../shared.js";

/** @typedef {import("../../store/runs.js").Summary} Summary */

/** @param {string} name */
export async function stop(name) {
  await api.post(`${runApi(name)}/stop`);
}

/** End a process that does not stop by itself. @param {Summary} run */
export const kill = (run) =>
  ask({
    title: "End the process at once?",
    text: html`<p>The run is saved up to its last checkpoint. What it learnt since then is lost,
      and
      resuming goes on from there.</p>`,
    confirm: "End it",
    danger: true,
    action: () => api.post(`${runApi(run.name)}/kill`, { confirm: run.name }),
  });

/** @param {string} name */
export async function resume(name) {
  try {
    queued(await api.post(`${runApi(name)}/resume`), `${name} goes on`);
  } catch (error) {
    toastFault(error);
  }
}

/** @param {import("../../store/queue.js").Job} job @param {string} what */
function queued(job, what) {
  const waits = job.state === "waiting";
  toast(waits ? `${what} as soon as it is its turn.` : `${what}.`, {
    kind: "good",
    action: { text: "See the queue", run: () => navigate("/queue") },
  });
}

/**
 * Ask how, do it, and say what was wrong in the dialog.
 * @param {{title: string, confirm: string, send: () => Promise<any>,
 *   done: (answer: any) => void}} what
 * @param {(redraw: () => void, fault: {message: string, field: string | null}) => unknown} inside
 */
function asking({ title, confirm, send, done }, inside) {
  let busy = false;
  let fault = { message: "", field: /** @type {string | null} */ (null) };
  return openDialog({ title }, (close, redraw) => {
    const go = async (/** @type {Event} */ event) => {
      event.preventDefault();
      if (busy) return;
      busy = true;
      redraw();
      try {
        const answer = await send();
        close(true);
        done(answer);
      } catch (error) {
        busy = false;
        fault = { message: messageOf(error), field: /** @type {any} */ (error).field ?? null };
        redraw();
      }
    };
    return html`<form class="stack" novalidate @submit=${go}>${inside(redraw, fault)}
      <p class="note bad" role="alert" ?hidden=${!fault.message}>${fault.message}</p>
      <div class="dialog-foot"><button class="button" type="button"
        @click=${() => close(null)}>Cancel</button
        ><button class="button primary" type="submit"
          aria-busy=${busy}>${confirm}</button></div></form>`;
  });
}

/** Train a run longer than it was meant to be. @param {Summary} run */
export function longer(run) {
  let images = String(2 * (run.total_images || run.images_seen || 1000));
  let stretch = false;
  return asking(
    {
      title: "Train longer",
      confirm: "Train longer",
      send: () => api.post(`${runApi(run.name)}/resume`, { images: Number(images), stretch }),
      done: (job) => queued(job, `${run.name} goes on`),
    },
    (redraw) => html`
    ${field({
      id: "images",
      label: "Images in all",
      help: `It has seen ${counted(run.images_seen)} of ${counted(run.total_images ?? 0)}.`,
      input: html`<input id="images" type="number" min="1" step="1" required autofocus
        .value=${images}
        aria-describedby="images-help images-error" @input=${(/** @type {InputEvent} */ event) =>
          (images = valueOf(event))}>`,
    })}
    <label class="check"><input type="checkbox" .checked=${stretch}
      @change=${(/** @type {Event} */ event) => {
        stretch = /** @type {HTMLInputElement} */ (event.target).checked;
        redraw();
      }}>Stretch the schedules</label>
    <p class="small dim">${
      stretch
        ? "Learning rates and all that is scheduled reach their ends at the new total."
        : "Schedules that have reached their ends stay there."
    }</p>`,
  );
}

/** Score a run. @param {Summary} run @param {boolean} hasBest */
export function evaluate(run, hasBest) {
  const options = { metrics: "auto", count: "10000", checkpoint: "latest" };
  return asking(
    {
      title: "Evaluate",
      confirm: "Evaluate",
      send: () =>
        api.post(`${runApi(run.name)}/evaluate`, {
          options: { ...options, count: Number(options.count) },
        }),
      done: (job) => queued(job, `${run.name} is evaluated`),
    },
    (redraw) => html`
    ${field({
      id: "metrics",
      label: "Scores",
      help: "auto, or names between commas, such as frechet, kid, prdc, memorisation, accuracy",
      input: html`<input id="metrics" required autofocus autocomplete="off"
        .value=${options.metrics}
        aria-describedby="metrics-help metrics-error" @input=${(/** @type {InputEvent} */ event) =>
          (options.metrics = valueOf(event))}>`,
    })}
    ${field({
      id: "count",
      label: "Pictures to generate",
      help: "Scores of different numbers of pictures are not compared.",
      input: html`<input id="count" type="number" min="4" step="1" required .value=${options.count}
        aria-describedby="count-help count-error" @input=${(/** @type {InputEvent} */ event) =>
          (options.count = valueOf(event))}>`,
    })}
    ${hasBest ? checkpoints(options, redraw) : nothing}`,
  );
}

const FORMATS = {
  onnx: "ONNX, for onnxruntime and browsers: it needs no Python.",
  pt2: "A PyTorch program, for torch.export.load: it needs no zerosum.",
  safetensors: "The weights alone, for code that has the network.",
  html: "A player: one page with sliders that draws the pictures itself, to be sent to anybody.",
};

/**
 * Write a run's network for other programs.
 * @param {Summary} run @param {boolean} hasBest @param {boolean} two whether it has two directions
 * @param {boolean} plays whether it makes pictures from latents
 */
export function exportRun(run, hasBest, two, plays) {
  const options = { format: "onnx", checkpoint: "latest", direction: two ? "a2b" : null };
  return asking(
    {
      title: "Export",
      confirm: "Export",
      send: () => api.post(`${runApi(run.name)}/export`, options),
      done: (job) => queued(job, `${run.name} is exported; the file will be under Files`),
    },
    (redraw) => html`
    ${segments(
      "Format",
      Object.keys(FORMATS)
        .filter((name) => name !== "html" || plays)
        .map((name) => [name, name]),
      options.format,
      (format) => {
        options.format = format;
        redraw();
      },
    )}
    <p class="small dim">${FORMATS[options.format]}</p>
    ${
      two
        ? segments(
            "Direction",
            [
              ["a2b", "A to B"],
              ["b2a", "B to A"],
            ],
            /** @type {string} */ (options.direction),
            (direction) => {
              options.direction = direction;
              redraw();
            },
          )
        : nothing
    }
    ${hasBest ? checkpoints(options, redraw) : nothing}`,
  );
}

/** @param {{checkpoint: string}} options @param {() => void} redraw */
const checkpoints = (
  options,
  redraw,
) => html`<div class="field"><span class="label">Checkpoint</span>
  <div>${segments(
    "Checkpoint",
    [
      ["latest", "The newest"],
      ["best", "The best"],
    ],
    options.checkpoint,
    (checkpoint) => {
      options.checkpoint = checkpoint;
      redraw();
    },
  )}</div></div>`;

/** @param {Event} event */
const valueOf = (event) => /** @type {HTMLInputElement} */ (event.target).value;
