// @ts-check
// A dialog that asks for a name, and says what is wrong with it.
import { html } from "../vendor/lit-html/lit-html.js";
import { openDialog } from "../components/dialog.js";
import { field, messageOf } from "../components/parts.js";

/**
 * @param {{title: string, confirm: string, name: string}} what
 * @param {(name: string) => Promise<unknown>} action
 * @returns {Promise<true | null>} whether it was done
 */
export function askName({ title, confirm, name }, action) {
  let written = name;
  let busy = false;
  let error = "";
  return openDialog({ title }, (close, redraw) => {
    const go = async (/** @type {Event} */ event) => {
      event.preventDefault();
      if (busy) return;
      busy = true;
      redraw();
      try {
        await action(written.trim());
        close(true);
      } catch (reason) {
        [busy, error] = [false, messageOf(reason)];
        redraw();
      }
    };
    return html`<form class="stack" novalidate @submit=${go}>${field({
      id: "play-name",
      label: "Name",
      error,
      input: html`<input id="play-name" autofocus autocomplete="off" maxlength="60" .value=${written}
        aria-describedby="play-name-help play-name-error"
        @input=${(/** @type {any} */ event) => (written = event.target.value)}>`,
    })}<div class="dialog-foot"><button class="button" type="button" @click=${() => close(null)}
      >Cancel</button><button class="button primary" type="submit" aria-busy=${busy}>${confirm}</button></div></form>`;
  });
}
