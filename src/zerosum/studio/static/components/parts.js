// @ts-check
// Small parts of pages, as templates.
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { icon } from "./icons.js";

/** @typedef {import("./icons.js").IconName} IconName */

const WORDS = {
  waiting: "waiting",
  preparing: "preparing",
  training: "training",
  working: "working",
  stopping: "stopping",
  stopped: "stopped",
  finished: "finished",
  failed: "failed",
  removed: "removed",
  running: "running",
  alarm: "alarm",
  damaged: "damaged",
};
const LOOKS = { running: "training", working: "training", removed: "stopped" };

/**
 * A state, told by word and form as well as by colour.
 * @param {keyof typeof WORDS} state @param {string} [text]
 */
export const chip = (state, text) =>
  html`<span class="chip ${LOOKS[state] ?? state}"><span class="dot" aria-hidden="true"></span
    ><span class="clip">${text ?? WORDS[state] ?? state}</span></span>`;

/**
 * How far something is; without a share it only shows that it moves.
 * @param {{share: number | null, label: string, look?: string}} what
 */
export const progressBar = ({ share, label, look = "" }) =>
  share === null || !Number.isFinite(share)
    ? html`<progress class=${look} aria-label=${label}></progress>`
    : html`<progress class=${look} max="1" .value=${Math.min(1, Math.max(0, share))}
        aria-label=${label}></progress>`;

/** What is being done while one waits. @param {string} text such as "Reading the runs" */
export const doing = (text) => html`<span class="doing" role="status">${text} …</span>`;

/**
 * A place with nothing in it, which says what to do.
 * @param {{icon: IconName, title: string, text?: unknown, action?: unknown}} what
 */
export const empty = ({ icon: name, title, text, action }) =>
  html`<div class="empty">${icon(name)}<h2>${title}</h2>
    ${text ? html`<p>${text}</p>` : nothing}${action ?? nothing}</div>`;

/** What went wrong, in the library's words. @param {unknown} error @param {unknown} [action] */
export const fault = (error, action) =>
  html`<div class="note bad stack" role="alert"><p class="said-lines">${messageOf(error)}</p>${
    action ? html`<div class="row">${action}</div>` : nothing
  }</div>`;

/** @param {unknown} error @returns {string} */
export const messageOf = (error) => (error instanceof Error ? error.message : String(error));

/**
 * A labelled field. The input is yours, with the id and `aria-describedby="ID-help ID-error"`.
 * @param {{id: string, label: unknown, input: unknown, help?: unknown,
 *   error?: string | null}} what
 */
export const field = ({ id, label, input, help, error }) =>
  html`<div class="field"><label for=${id}>${label}</label>${input}<div
    class="help" id="${id}-help" ?hidden=${!help}>${help}</div><div class="error" id="${id}-error"
    role="alert" ?hidden=${!error}>${error}</div></div>`;

/**
 * A shell command, to be copied.
 * @param {string} command
 */
export const commandLine = (command) =>
  html`<div class="command"><code>${command}</code><button class="button small" type="button"
    @click=${copyBefore}>${icon("copy")}<span>Copy</span></button></div>`;

/** Copy what stands before the button. @param {Event} event */
async function copyBefore(event) {
  const button = /** @type {HTMLElement} */ (event.currentTarget);
  const code = /** @type {HTMLElement} */ (button.previousElementSibling);
  const words = /** @type {HTMLElement} */ (button.querySelector("span"));
  try {
    await navigator.clipboard.writeText(code.innerText);
    words.textContent = "Copied";
  } catch {
    // A page that is served to another machine without encryption has no clipboard.
    getSelection()?.selectAllChildren(code);
    words.textContent = "Selected";
  }
  setTimeout(() => (words.textContent = "Copy"), 1500);
}

/**
 * A choice between two to four that exclude each other.
 * @param {string} label @param {[string, string][]} choices value and words
 * @param {string} value @param {(value: string) => void} choose
 */
export const segments = (label, choices, value, choose) =>
  html`<div class="segments" role="group" aria-label=${label}>${choices.map(
    ([key, text]) =>
      html`<button type="button" aria-pressed=${key === value}
        @click=${() => choose(key)}>${text}</button>`,
  )}</div>`;
