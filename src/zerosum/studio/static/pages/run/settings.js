// @ts-check
// How a run was configured, and in what that differs from its recipe.
import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import { icon } from "../../components/icons.js";
import { commandLine } from "../../components/parts.js";

/**
 * @param {any} detail of `GET /runs/NAME`
 * @param {string} query
 * @param {(query: string) => void} search
 */
export function settings(detail, query, search) {
  const { config, differences, environment, command, summary } = detail;
  return html`<div class="stack run-settings">
    ${
      command
        ? html`<section class="card stack"><h2>The same from a shell</h2>${commandLine(command)}
      </section>`
        : nothing
    }
    <section class="card stack"><h2>Differences to ${summary.recipe || "its recipe"}</h2>
      ${
        differences?.length
          ? differencesTable(differences)
          : html`<p class="dim">There are none: the run is as the recipe says.</p>`
      }</section>
    ${config ? all(config, query, search) : nothing}
    ${
      environment
        ? html`<section class="card stack"><h2>Environment</h2>
      ${table(Object.entries(environment).map(([name, value]) => [name, said(value)]))}</section>`
        : nothing
    }
    </div>`;
}

/** @param {{field: string, recipe: unknown, run: unknown}[]} differences */
const differencesTable = (differences) => html`<div class="table-scroll" tabindex="0" role="region"
  aria-label="Differences"><table><thead><tr><th scope="col">Field</th><th
    scope="col">Recipe</th><th
  scope="col">This run</th></tr></thead><tbody>${differences.map(
    (each) => html`<tr>
    <td><code>${each.field}</code></td><td class="dim"><code>${said(each.recipe)}</code></td>
    <td><code>${said(each.run)}</code></td></tr>`,
  )}</tbody></table></div>`;

/** @param {any} config @param {string} query @param {(query: string) => void} search */
function all(config, query, search) {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const rows = flat(config).filter(([name, value]) =>
    words.every((word) => `${name} ${value}`.toLowerCase().includes(word)),
  );
  return html`<section class="card stack"><div class="row apart"><h2>Configuration</h2>
    <label class="search"><span class="hidden-text">Search the
      configuration</span>${icon("search")}<input
      type="search" placeholder="Search the fields" .value=${query}
      @input=${(/** @type {InputEvent} */ event) =>
        search(/** @type {HTMLInputElement} */ (event.target).value)}></label></div>
    ${rows.length ? table(rows) : html`<p class="dim">No field has that in it.</p>`}</section>`;
}

/** @param {[string, string][]} rows */
const table = (rows) =>
  html`<dl class="fields">${rows.map(
    ([name, value]) =>
      html`<div><dt><code>${name}</code></dt><dd><code>${value}</code></dd></div>`,
  )}</dl>`;

/** The fields of a configuration by dotted names. @param {any} value @param {string} [name]
 * @returns {[string, string][]} */
function flat(value, name = "") {
  const nested = value && typeof value === "object" && !Array.isArray(value);
  if (!nested || !Object.keys(value).length) return [[name, said(value)]];
  return Object.entries(value).flatMap(([key, inner]) =>
    flat(inner, name ? `${name}.${key}` : key),
  );
}

/** @param {unknown} value */
function said(value) {
  if (value === null || value === undefined) return "none";
  if (typeof value === "string") return value;
  if (Array.isArray(value) && value.every((each) => typeof each !== "object"))
    return value.join(" ");
  return JSON.stringify(value);
}
