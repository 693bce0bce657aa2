// @ts-check
// Where one can go, and in its corner how the studio is.
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { icon } from "../components/icons.js";
import { bytes } from "../components/text.js";
import { USES } from "./router.js";
import { queue, isRunning, isWaiting } from "../store/queue.js";
import { studio } from "../store/studio.js";
import { showHelp, showStatus } from "./corner.js";

/** @type {[string, string, import("../components/icons.js").IconName, string[]][]} */
const PLACES = [
  ["/", "Runs", "runs", ["runs", "run"]],
  ["/new", "New run", "new", ["new"]],
  ["/queue", "Queue", "queue", ["queue"]],
  ["/use", "Use", "use", ["use", "results", ...USES]],
  ["/learn", "Learn", "learn", ["learn"]],
];

/** @param {string} page */
export const navigation = (page) => html`<nav class="nav" aria-label="Pages">
  ${brand()}
  <ul>${PLACES.map(
    ([address, words, name, pages]) => html`<li><a href=${address}
    aria-current=${pages.includes(page) ? "page" : nothing}>${icon(name)}<span>${words}</span>${
      address === "/queue" ? waiting() : nothing
    }</a></li>`,
  )}</ul>
  <div class="status">
    <span class="words">${status()}</span>
    <div class="status-tools">${tools()}</div>
  </div></nav>`;

/** What stands above the page where there is no room beside it. */
export const topbar = () => html`<header class="topbar">${brand()}${tools()}</header>`;

const brand = () =>
  html`<a class="brand" href="/" aria-label="zerosum">${icon("logo")}<span>zerosum</span></a>`;

const tools = () => html`
  <button class="button quiet icon" type="button"
    aria-label="The studio: disk, worker and appearance"
    @click=${showStatus}>${icon(isFull() ? "alarm" : "disk")}</button>
  <button class="button quiet icon" type="button" aria-label="Keyboard shortcuts"
    @click=${showHelp}>${icon("keys")}</button>`;

function waiting() {
  const jobs = queue.value.jobs ?? [];
  const count = jobs.filter((job) => isRunning(job) || isWaiting(job)).length;
  return count
    ? html`<span class="count" aria-label="${count} not done">${count}</span>`
    : nothing;
}

const WORKERS = {
  starting: "worker starting",
  ready: "worker ready",
  busy: "worker busy",
  dead: "worker down",
};

function status() {
  const now = studio.value;
  if (!now) return nothing;
  const free = now.disk ? `${bytes(now.disk.free)} free` : "";
  const worker = now.worker?.doing || WORKERS[now.worker?.state] || "";
  return html`<div class=${isFull() ? "bad" : ""}>${free}</div>
    <div class="clip" title=${worker}>${worker}</div>`;
}

/** Less than a checkpoint of the larger recipes needs. */
const isFull = () => (studio.value?.disk?.free ?? Infinity) < 2e9;
