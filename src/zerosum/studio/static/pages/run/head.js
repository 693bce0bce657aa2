// @ts-check
// How a run is: its name, its state, its progress, and what went wrong.
import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import { icon } from "../../components/icons.js";
import { openMenu } from "../../components/menu.js";
import { progressBar } from "../../components/parts.js";
import { ago, counted, duration, plural, significant } from "../../components/text.js";
import { toast } from "../../components/toast.js";
import { look, prepared, share, stateChips } from "../runs/card.js";
import { isActive } from "../runs/filters.js";

/** @typedef {import("../../store/runs.js").Summary} Summary */
/**
 * @typedef {object} Action
 * @property {string} key
 * @property {string} text
 * @property {import("../../components/icons.js").IconName} icon
 * @property {true | string | undefined} can true, or why not
 * @property {(event: Event) => void} [run]
 * @property {string} [href]
 * @property {boolean} [busy]
 * @property {boolean} [danger]
 */

const WITHIN_MENU = ["rename", "archive", "restore", "delete"];

/**
 * @param {{name: string, run: Summary | null, actions: Action[], alarms: string[],
 *   narrow: boolean}} what
 */
export const head = ({ name, run, actions, alarms, narrow }) => html`
  <div class="page-head run-head">
    <h1>${name}</h1>${run ? html`<span class="row">${stateChips(run)}</span>` : nothing}
    <div class="row run-actions">${buttons(actions, narrow)}</div></div>
  ${run ? html`${progress(run)}${notes(run, alarms)}` : nothing}`;

/** @param {Action[]} actions @param {boolean} narrow */
function buttons(actions, narrow) {
  const main = actions.filter(({ key }) => !WITHIN_MENU.includes(key));
  // What a run is mostly wanted for now: where there is no room, the only one outside the menu.
  const first = main.find(({ key, can }) => can === true && key !== "kill") ?? main[0];
  const shown = narrow && first ? [first] : main;
  const rest = actions.filter((each) => !shown.includes(each));
  const open = (/** @type {Event} */ event) => openMenu(event, rest.map(asItem));
  return html`${shown.map((each) => button(each, each === first))}
    ${
      rest.length
        ? html`<button class="button icon" type="button" aria-label="More actions"
      aria-haspopup="menu" @click=${open}>${icon("more")}</button>`
        : nothing
    }`;
}

/** @param {Action} action */
const asItem = ({ text, icon: name, can, run, href, danger }) => ({
  text,
  icon: name,
  href,
  danger,
  why: can === true ? null : String(can ?? "Not now."),
  run: () => run?.(new Event("choose")),
});

/** @param {Action} action @param {boolean} first */
function button({ text, icon: name, can, run, href, busy }, first) {
  const inside = html`${busy ? nothing : icon(name)}${text}`;
  const look = `button ${first && can === true ? "primary" : ""}`;
  if (href && can === true) return html`<a class=${look} href=${href}>${inside}</a>`;
  const why = can === true ? nothing : String(can ?? "Not now.");
  return html`<button class=${look} type="button" aria-busy=${busy ?? false} title=${why}
    aria-disabled=${can === true ? nothing : "true"}
    @click=${(/** @type {Event} */ event) =>
      can === true ? busy || run?.(event) : toast(String(can ?? "Not now."))}>${inside}</button>`;
}

/** @param {Summary} run */
function progress(run) {
  const live = isActive(run);
  const total = run.total_images ? ` of ${counted(run.total_images)}` : "";
  const facts = [
    run.state === "preparing" ? prepared(run) : `${counted(run.images_seen)}${total} images`,
    live && run.state !== "preparing" && run.images_per_second ? `${significant(run.images_per_second)} images/s` : "",
    live && run.seconds_left ? `${duration(run.seconds_left)} left` : "",
    run.recipe ?? "",
    run.data ?? "",
    run.pictures?.length ? sizeOf(run.pictures) : "",
    !live && run.updated ? ago(run.updated) : "",
  ];
  return html`<div class="run-progress">
    ${progressBar({ share: share(run), label: "Progress", look: look(run) })}
    <p class="run-progress-facts small numbers">
      ${facts.filter(Boolean).map((fact) => html`<span>${fact}</span>`)}</p></div>`;
}

/** @param {number[]} pictures */
const sizeOf = ([height, width, channels]) =>
  `${height} × ${width}${channels === 1 ? ", grey" : channels === 4 ? ", with alpha" : ""}`;

/** @param {Summary} run @param {string[]} alarms */
function notes(run, alarms) {
  const heard = alarms.length ? alarms : run.alarm ? [run.alarm] : [];
  const failed = run.state === "failed" ? "bad" : "";
  return [
    run.damaged && note("bad", html`<b>This run is damaged.</b> ${run.damaged}`),
    run.message && run.message !== run.damaged && note(failed, run.message),
    run.state === "stopping" &&
      note("warn", "It saves what it has learnt, and then ends. Nothing is lost."),
    heard.length > 0 && alarmNote(heard),
  ].map((each) => each || nothing);
}

/** @param {string} look @param {unknown} text */
const note = (look, text) => html`<div class="note ${look}" role="status">${text}</div>`;

/** @param {string[]} alarms */
const alarmNote = (alarms) => html`<details class="note warn" open>
  <summary>${icon("alarm")}<span>${plural(alarms.length, "alarm")}</span></summary>
  <ul class="stack">${alarms.map((text) => html`<li>${text}</li>`)}</ul></details>`;
