// @ts-check
// What can be done with a run on more than one page: rename, archive, restore, delete.
import { html } from "../vendor/lit-html/lit-html.js";
import * as api from "../api.js";
import { ask, openDialog } from "../components/dialog.js";
import { field, messageOf } from "../components/parts.js";
import { bytes } from "../components/text.js";
import { toast, toastFault } from "../components/toast.js";

/** @typedef {import("../store/runs.js").Summary} Summary */

/** The address of a run in the API. @param {string} name */
export const runApi = (name) => `/runs/${encodeURIComponent(name)}`;

/** Where a run like this one is prepared. @param {Summary} run */
export const copyPath = (run) =>
  `/new/${encodeURIComponent(run.recipe ?? "")}?run=${encodeURIComponent(run.name)}`;

/**
 * Ask for another name.
 * @param {string} name @returns {Promise<string | null>} the new one, where it was given
 */
export function rename(name) {
  let [written, error, busy] = [name, "", false];
  return openDialog({ title: "Rename the run" }, (close, redraw) => {
    const go = async (/** @type {Event} */ event) => {
      event.preventDefault();
      if (busy) return;
      if (written === name) return close(null);
      [busy, error] = [true, ""];
      redraw();
      try {
        await api.post(`${runApi(name)}/rename`, { name: written });
        close(written);
      } catch (reason) {
        [busy, error] = [false, messageOf(reason)];
        redraw();
      }
    };
    const input = html`<input id="name" .value=${written} autocomplete="off" spellcheck="false"
      autofocus aria-describedby="name-help name-error" aria-invalid=${Boolean(error)}
      @input=${(/** @type {InputEvent} */ event) =>
        (written = /** @type {HTMLInputElement} */ (event.target).value)}>`;
    return html`<form class="stack" novalidate @submit=${go}>
      ${field({ id: "name", label: "Name", input, error, help: "The name of the run's folder." })}
      <div class="dialog-foot"><button class="button" type="button" @click=${() => close(null)}
        >Cancel</button><button class="button primary" type="submit" aria-busy=${busy}
        >Rename</button></div></form>`;
  });
}

/** Put a run away; it can be fetched back. @param {string} name @returns {Promise<boolean>} */
export async function archive(name) {
  try {
    await api.post(`${runApi(name)}/archive`);
  } catch (error) {
    toastFault(error);
    return false;
  }
  toast(`${name} is archived.`, { action: { text: "Undo", run: () => restore(name) } });
  return true;
}

/** @param {string} name @returns {Promise<boolean>} */
export async function restore(name) {
  try {
    await api.post(`${runApi(name)}/restore`);
  } catch (error) {
    toastFault(error);
    return false;
  }
  toast(`${name} is back among the runs.`, { kind: "good" });
  return true;
}

/** @param {Summary} run @returns {Promise<boolean>} */
export async function remove(run) {
  const done = await ask({
    title: "Delete the run?",
    text: html`<p><b>${run.name}</b> with its checkpoints, samples and scores
      (${bytes(run.bytes)}) is deleted from the disk. This cannot be undone; an archived run can be
      fetched back.</p>`,
    confirm: "Delete for ever",
    danger: true,
    typed: run.name,
    // Another one may have got its name since it was archived.
    action: () => api.remove(runApi(run.name), { confirm: run.name, archived: run.archived }),
  });
  if (done) toast(`${run.name} is deleted.`);
  return done;
}
