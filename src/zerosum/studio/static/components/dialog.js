// @ts-check
// Dialogs: the browser's own, so that focus, Escape and the veil behave as everywhere.
import { html, render, nothing } from "../vendor/lit-html/lit-html.js";
import { icon } from "./icons.js";
import { field, messageOf } from "./parts.js";

let numbers = 0;

/**
 * Open a dialog; the promise holds what it was closed with, null where it was left.
 * @template T
 * @param {{title: string, look?: string}} what
 * @param {(close: (value: T | null) => void, redraw: () => void) => unknown} body
 * @returns {Promise<T | null>}
 */
export function openDialog({ title, look = "" }, body) {
  const dialog = document.createElement("dialog");
  const id = `dialog-${(numbers += 1)}`;
  dialog.className = look;
  dialog.setAttribute("aria-labelledby", id);
  document.body.append(dialog);
  return new Promise((resolve) => {
    /** @type {T | null} */
    let answer = null;
    const close = (/** @type {T | null} */ value) => {
      answer = value;
      dialog.close();
    };
    const draw = () =>
      render(
        html`<div class="dialog-head"><h2 id=${id}>${title}</h2><button
      class="button quiet icon" type="button" aria-label="Close" @click=${() => close(null)}
      >${icon("close")}</button></div><div class="dialog-body">${body(close, draw)}</div>`,
        dialog,
      );
    draw();
    // A press that began inside and ended outside was meant for a text field.
    let outside = false;
    dialog.addEventListener("pointerdown", (event) => (outside = event.target === dialog));
    dialog.addEventListener("click", (event) => {
      if (outside && event.target === dialog && !isWithin(dialog, event)) close(null);
    });
    const left = () => close(null);
    dialog.addEventListener("close", () => {
      removeEventListener("popstate", left);
      dialog.remove();
      resolve(answer);
    });
    addEventListener("popstate", left);
    dialog.showModal();
    /** @type {HTMLElement | null} */ (dialog.querySelector("[autofocus]"))?.focus();
  });
}

/** @param {HTMLElement} dialog @param {MouseEvent} event */
function isWithin(dialog, event) {
  const box = dialog.getBoundingClientRect();
  return (
    event.clientX >= box.left &&
    event.clientX <= box.right &&
    event.clientY >= box.top &&
    event.clientY <= box.bottom
  );
}

/**
 * Ask before something is done. With `action`, the dialog stays open while it is done and says
 * what went wrong.
 * @param {{title: string, text?: unknown, confirm: string, danger?: boolean, typed?: string,
 *   action?: () => Promise<unknown>}} what `typed`: must be written first
 * @returns {Promise<boolean>} whether it was done
 */
export async function ask({ title, text, confirm, danger = false, typed, action }) {
  let written = "";
  let busy = false;
  let error = "";
  const done = await openDialog({ title }, (close, redraw) => {
    const ready = typed === undefined || written === typed;
    const go = async (/** @type {Event} */ event) => {
      event.preventDefault();
      if (!ready || busy) return;
      [busy, error] = [true, ""];
      redraw();
      try {
        await action?.();
        close(true);
      } catch (reason) {
        [busy, error] = [false, messageOf(reason)];
        redraw();
      }
    };
    return html`<form class="stack" novalidate @submit=${go}>
      ${text ? html`<div class="stack">${text}</div>` : nothing}
      ${
        typed === undefined
          ? nothing
          : field({
              id: "typed",
              label: html`Write <b>${typed}</b> to go on`,
              input: html`<input id="typed" autocomplete="off" spellcheck="false" autofocus
          @input=${(/** @type {InputEvent} */ event) => {
            written = /** @type {HTMLInputElement} */ (event.target).value;
            redraw();
          }}>`,
            })
      }
      <p class="note bad" role="alert" ?hidden=${!error}>${error}</p>
      <div class="dialog-foot">
        <button class="button" type="button" ?autofocus=${typed === undefined && danger}
          @click=${() => close(null)}>Cancel</button>
        <button class="button primary ${danger ? "danger" : ""}" type="submit" aria-busy=${busy}
          ?disabled=${!ready || busy}
          ?autofocus=${typed === undefined && !danger}>${confirm}</button>
      </div></form>`;
  });
  return done === true;
}
