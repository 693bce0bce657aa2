// @ts-check
// Short messages that say what happened, at the edge of the page.
import { html, render, nothing } from "../vendor/lit-html/lit-html.js";
import { repeat } from "../vendor/lit-html/directives/repeat.js";
import { icon } from "./icons.js";
import { messageOf } from "./parts.js";

/** @typedef {{text: string, run: () => void}} Action */
/** @typedef {{id: number, text: string, kind: string, action?: Action}} Toast */

/** @type {Toast[]} */
let shown = [];
let next = 0;
/** @type {HTMLElement | null} */
let place = null;

/**
 * Say something. Faults stay until they are closed, the rest goes after some seconds.
 * @param {string} text
 * @param {{kind?: "info" | "good" | "bad", action?: Action}} [how]
 */
export function toast(text, { kind = "info", action } = {}) {
  const entry = { id: (next += 1), text, kind, action };
  shown = [...shown.filter((each) => each.text !== text), entry].slice(-4);
  draw();
  if (kind !== "bad") setTimeout(() => close(entry.id), action ? 10_000 : 5_000);
}

/** Say what went wrong. @param {unknown} error */
export const toastFault = (error) => toast(messageOf(error), { kind: "bad" });

/** @param {number} id */
function close(id) {
  shown = shown.filter((each) => each.id !== id);
  draw();
}

function draw() {
  if (!place) {
    place = document.createElement("div");
    place.className = "toasts";
    place.setAttribute("role", "status");
    place.setAttribute("popover", "manual");
    document.body.append(place);
  }
  render(
    repeat(shown, (each) => each.id, one),
    place,
  );
  // A popover lies above open dialogs; shown anew it lies above those that were opened since.
  if (place.matches(":popover-open")) place.hidePopover();
  if (shown.length) place.showPopover();
}

/** @param {Toast} each */
const one = (
  each,
) => html`<div class="toast ${each.kind}" role=${each.kind === "bad" ? "alert" : nothing}>
  <p>${each.text}</p>
  ${
    each.action
      ? html`<button class="button small" type="button" @click=${() => {
          close(each.id);
          each.action?.run();
        }}>${each.action.text}</button>`
      : nothing
  }
  <button class="button quiet icon small" type="button" aria-label="Close this message"
    @click=${() => close(each.id)}>${icon("close")}</button></div>`;
