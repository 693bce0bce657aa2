// @ts-check
// A picture of the reader's own, or the one that comes with zerosum.
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { whileBusy } from "../components/busy.js";
import { upload } from "../api.js";

/** Uploads of the lessons have a folder of their own. */
const FOLDER = "lessons";

export function picture(control, value, put, { id, described, invalid }) {
  const choose = (/** @type {Event} */ event) => {
    const input = /** @type {HTMLInputElement} */ (event.target);
    const [file] = input.files ?? [];
    if (!file) return;
    whileBusy(event, async () => {
      const sent = await upload(`/uploads/${FOLDER}`, [file]);
      const refused = sent.refused?.find((/** @type {any} */ each) => each.file === file.name);
      if (refused) throw new Error(`${file.name}: ${refused.why}`);
      put(`${sent.source}/${file.name}`);
    });
  };
  return html`<input type="file" accept="image/*" id=${id} aria-describedby=${described}
      aria-invalid=${invalid} @change=${choose}>
    ${
      value
        ? html`<div class="row apart"><span class="small clip">${value.split("/").at(-1)}</span><button
          class="button small" type="button" @click=${() => put(null)}>Take the packaged one</button></div>`
        : nothing
    }`;
}
