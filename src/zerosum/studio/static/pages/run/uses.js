// @ts-check
// What a run's network is good for: links to the pages that use it.
import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import { icon } from "../../components/icons.js";
import { PAGES, usePath } from "../../use/networks.js";

/** @param {string} name of the run @param {string[] | null} abilities of its network, none
 * before it has saved; null while they are being read, which keeps the place free */
export function uses(name, abilities) {
  if (!abilities) return html`<div class="run-uses"></div>`;
  const pages = PAGES.filter((use) => use.abilities.some((each) => abilities.includes(each)));
  if (!pages.length) return nothing;
  return html`<nav class="row run-uses" aria-label="Use ${name}">${pages.map(
    (use) => html`<a class="button small" href=${usePath(use.page, name)}>${icon(use.icon)}<span>${use.title}</span></a>`,
  )}</nav>`;
}
