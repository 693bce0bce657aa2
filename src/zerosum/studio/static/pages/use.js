// @ts-check
// Use: what trained networks are good for, and which there are.
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { icon } from "../components/icons.js";
import { doing, fault } from "../components/parts.js";
import { counted } from "../components/text.js";
import { view } from "../components/view.js";
import { PAGES, fits, networks, usePath } from "../use/networks.js";

/** @typedef {import("../use/networks.js").Network} Network */

const SHOWN = 6;

/** @type {import("../app.js").Mount} */
export const mount = (root) => {
  /** @type {{all: Network[] | null, error: unknown}} */
  const state = { all: null, error: null };
  const shown = view(root, () => page(state));
  shown.now();
  document.title = "Use · zerosum";
  networks()
    .then((all) => (state.all = all))
    .catch((error) => (state.error = error))
    .finally(shown.now);
  return shown.end;
};

/** @param {{all: Network[] | null, error: unknown}} state */
const page = ({ all, error }) => html`<div class="page-head"><h1>Use</h1></div>
  <div class="stack use-list"><p class="use-lead">What a trained network is good for, by hand and eye. Networks that come
    with zerosum are here from the first minute; your runs join them as soon as they have saved.</p>
  ${error ? fault(error) : all ? html`<ul class="use-cards">${PAGES.map((use) => card(use, all))}${compare(all)}</ul>` : doing("Looking for networks")}</div>`;

/** @param {import("../use/networks.js").Use} use @param {Network[]} all */
function card(use, all) {
  const fitting = all.filter((network) => fits(use, network));
  return html`<li class="card use-card">
    <h2>${icon(use.icon)}<span>${use.title}</span></h2><p class="dim">${use.text}</p>
    ${
      fitting.length
        ? html`<ul class="use-links">${fitting.slice(0, SHOWN).map((network) => link(use.page, network))}</ul>${
            fitting.length > SHOWN
              ? html`<a class="small" href="/${use.page}">All ${fitting.length}</a>`
              : nothing
          }`
        : html`<p class="small dim">No network for this yet: <a href="/new?goal=${use.goal}">train one</a>.</p>`
    }</li>`;
}

/** @param {string} page @param {Network} network */
const link = (page, network) => html`<li><a href=${usePath(page, network.key)}><span
  class="clip">${network.title}</span>${
    network.run === null ? nothing : html`<span class="dim small numbers">${counted(network.images_seen)} images</span>`
  }</a></li>`;

/** @param {Network[]} all */
const compare = (all) => html`<li class="card use-card">
  <h2>${icon("curve")}<span>Compare</span></h2>
  <p class="dim">Lay runs side by side: scores with their protocols, pictures at equal images, curves.</p>
  ${
    all.some((network) => network.run !== null)
      ? html`<ul class="use-links"><li><a href="/compare">Compare runs</a></li></ul>`
      : html`<p class="small dim">No runs yet: <a href="/new">train one</a>.</p>`
  }</li>`;
