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
      // Another picture of the same name is another picture, and odd letters would be changed.
      const [, stem, end] = /^(.*?)(\.\w+)?$/s.exec(file.name) ?? [];
      const name = `${stem.replace(/[^A-Za-z0-9]+/g, "-")}-${Date.now().toString(36)}${end ?? ""}`;
      const sent = await upload(`/uploads/${FOLDER}`, [new File([file], name)]);
      const [refused] = sent.refused ?? [];
      if (refused) throw new Error(`${file.name}: ${refused.why}.`);
      put(`${sent.source}/${name}`);
    });
  };
  return html`<input type="file" accept="image/*" id=${id} aria-describedby=${described}
      aria-invalid=${invalid} @change=${choose}>
    ${
      value
        ? html`<div class="row apart"><span class="small clip">${value.split("/").at(-1)}</span>
          <button class="button small" type="button" @click=${() => put(null)}>
            Take the packaged one</button></div>`
        : nothing
    }`;
}
