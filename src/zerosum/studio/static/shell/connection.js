// @ts-check
// A banner where the studio does not answer: what is shown is then not the newest.
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import * as events from "../events.js";

let connected = true;
let since = 0;

/** @param {() => void} redraw called when the connection is lost or found again */
export function watchConnection(redraw) {
  events.onConnection((/** @type {boolean} */ now) => {
    if (now === connected) return;
    connected = now;
    since = Date.now() / 1000;
    redraw();
  });
}

export const connectionBanner = () =>
  connected
    ? nothing
    : html`<div class="banner" role="alert">
  <span>The studio has not answered since ${clock(since)}. Trainings go on;
  this page shows the state of then, and comes back by itself.
  Is <code>zerosum studio</code> still running?</span></div>`;

/** @param {number} epoch */
const clock = (epoch) =>
  new Date(epoch * 1000).toLocaleTimeString("en", {
    hour: "2-digit",
    minute: "2-digit",
    hour12: false,
  });
