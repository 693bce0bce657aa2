// @ts-check
// Fields of a recipe's form: the usual ones, and all others by search and by group.
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { live } from "../vendor/lit-html/directives/live.js";
import { repeat } from "../vendor/lit-html/directives/repeat.js";
import { matches, same, shortTitleOf, titleOf, typed } from "./values.js";

/** @typedef {import("./values.js").Field} Field */
/**
 * @typedef {object} Fill what a form holds
 * @property {(field: Field) => any} shown what stands in a field
 * @property {(field: Field) => boolean} isChanged
 * @property {(field: Field) => string | null} errorOf
 * @property {(field: Field, text: any) => void} type
 * @property {(field: Field) => void} reset
 * @property {boolean} allowCode
 */

const idOf = (/** @type {Field} */ field) => `field-${field.name.replaceAll(".", "-")}`;

/**
 * One field, with its help, its default, and a mark where it differs.
 * @param {Field} field @param {Fill} fill @param {(name: string) => string} [title]
 */
export function fieldOf(field, fill, title = titleOf) {
  const id = idOf(field);
  const error = fill.errorOf(field);
  const changed = fill.isChanged(field);
  return html`<div class="field new-field ${changed ? "changed" : ""}">
    <div class="new-label"><label for=${id}>${title(field.name)}</label>${
      changed
        ? html`<span class="chip training">changed</span><button class="button quiet small" type="button"
          @click=${() => fill.reset(field)} aria-label="Reset ${titleOf(field.name)}">Reset</button>`
        : nothing
    }</div>
    ${input(field, fill, id, error !== null)}
    <div class="error" id="${id}-error" role="alert" ?hidden=${error === null}>${error}</div>
    <div class="help" id="${id}-help">${field.text}${
      field.code && !fill.allowCode
        ? html` <span class="warn">Code is not run here: start the studio with --allow-code.</span>`
        : nothing
    } ${standard(field)}</div>
  </div>`;
}

/** What holds if nothing is said. @param {Field} field */
function standard(field) {
  const words = field.kind === "boolean" ? (field.value ? "yes" : "no") : typed(field.value);
  return html`<span class="new-default">${words === "" ? "none" : words} by default; <code>${field.option}</code></span>`;
}

/** @param {Field} field @param {Fill} fill @param {string} id @param {boolean} wrong */
function input(field, fill, id, wrong) {
  const value = fill.shown(field);
  const described = `${id}-error ${id}-help`;
  const take = (/** @type {Event} */ event) =>
    fill.type(field, /** @type {HTMLInputElement} */ (event.target).value);
  if (field.kind === "boolean")
    return html`<label class="check"><input type="checkbox" id=${id} aria-describedby=${described}
      .checked=${live(value === true)} @change=${(/** @type {any} */ event) =>
        fill.type(field, event.target.checked)}><span>${value === true ? "yes" : "no"}</span></label>`;
  if (field.kind === "choice")
    return html`<select id=${id} aria-describedby=${described} aria-invalid=${wrong} @change=${take}>
      ${field.choices.map(
        (each) => html`<option value=${each} .selected=${live(String(each) === value)}>${each}</option>`,
      )}</select>`;
  if (field.kind === "choices") return choices(field, fill, id, described);
  const isNumber = field.kind === "integer" || field.kind === "number";
  return html`<input id=${id} aria-describedby=${described} aria-invalid=${wrong} autocomplete="off"
    spellcheck="false" inputmode=${isNumber ? (field.kind === "integer" ? "numeric" : "decimal") : "text"}
    ?disabled=${field.code && !fill.allowCode} placeholder=${field.optional ? "none" : ""}
    .value=${live(value)} @input=${take}>`;
}

/** @param {Field} field @param {Fill} fill @param {string} id @param {string} described */
function choices(field, fill, id, described) {
  const chosen = String(fill.shown(field)).split(" ").filter(Boolean);
  const turn = (/** @type {string} */ name) => {
    const next = chosen.includes(name) ? chosen.filter((each) => each !== name) : [...chosen, name];
    fill.type(field, next.join(" "));
  };
  return html`<div class="row" role="group" aria-label=${titleOf(field.name)} aria-describedby=${described}>
    ${field.choices.map(
      (each, place) => html`<label class="check"><input type="checkbox" id=${place ? nothing : id}
        .checked=${live(chosen.includes(each))} @change=${() => turn(each)}><span>${each}</span></label>`,
    )}</div>`;
}

/**
 * All fields besides the usual ones, in groups; with a search over all of them.
 * @param {Field[]} fields @param {Fill} fill @param {string} query
 * @param {(query: string) => void} search
 */
export function otherFields(fields, fill, query, search) {
  const found = query ? fields.filter((field) => matches(field, query)) : fields;
  const others = query ? found : found.filter((field) => field.usual === null);
  const groups = Map.groupBy
    ? Map.groupBy(others, (field) => field.group)
    : others.reduce(
        (known, field) => known.set(field.group, [...(known.get(field.group) ?? []), field]),
        new Map(),
      );
  return html`<section class="card stack" aria-labelledby="all-settings">
    <div class="row apart"><h2 id="all-settings">All settings</h2>
      <input type="search" class="new-search" aria-label="Search ${fields.length} settings"
        placeholder="Search ${fields.length} settings" .value=${live(query)}
        @input=${(/** @type {any} */ event) => search(event.target.value.trim())}></div>
    <p class="dim small" role="status" ?hidden=${!query}>${found.length} of ${fields.length} settings</p>
    ${repeat(
      [...groups],
      ([group]) => group,
      ([group, members]) => groupOf(group, members, fill, query !== ""),
    )}</section>`;
}

/** @param {string} group @param {Field[]} members @param {Fill} fill @param {boolean} open */
function groupOf(group, members, fill, open) {
  const changed = members.filter((field) => fill.isChanged(field)).length;
  const faulty = members.some((field) => fill.errorOf(field) !== null);
  return html`<details class="new-group" ?open=${open || faulty}>
    <summary><span class="grow"><strong>${group ? titleOf(group) : "run"}</strong>
      <span class="dim small">${members[0].about}</span></span>
      <span class="dim small numbers">${changed ? `${changed} changed of ` : ""}${members.length}</span></summary>
    <div class="new-fields">${repeat(
      members,
      (field) => field.name,
      (field) => fieldOf(field, fill, shortTitleOf),
    )}</div></details>`;
}

/** Whether a value is another than the recipe's. @param {Field} field @param {any} value */
export const differs = (field, value) => !same(value, field.value);
