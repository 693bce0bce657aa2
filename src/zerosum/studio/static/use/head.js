// @ts-check
// What stands above a page that uses a network: its name, the network, the other pages for it.
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { live } from "../vendor/lit-html/directives/live.js";
import { doing, empty, fault, messageOf } from "../components/parts.js";
import { counted } from "../components/text.js";
import { view } from "../components/view.js";
import { navigate } from "../shell/router.js";
import { PAGES, fits, networks, refusal, useOf, usePath } from "./networks.js";

/** @typedef {import("./networks.js").Network} Network */

/**
 * Mount a page that uses one network: the one that the address names, else the newest that fits.
 * The heading stands at once, the page below it when the network is known.
 *
 * @param {HTMLElement} root
 * @param {import("../shell/router.js").Route} route
 * @param {string} page
 * @param {(root: HTMLElement, network: Network, route: import("../shell/router.js").Route) => () => void} begin
 *   draws what is below the heading, and returns what ends it
 * @returns {() => void}
 */
export function mountUse(root, route, page, begin) {
  const use = useOf(page);
  /** `refusal`: why the network that was asked for cannot be used.
   * @type {{all: Network[] | null, error: unknown, refusal: unknown}} */
  const state = { all: null, error: null, refusal: null };
  let end = () => {};
  let left = false;
  const above = document.createElement("div");
  const below = document.createElement("div");
  root.replaceChildren(above, below);
  const fitting = () => (state.all ?? []).filter((network) => fits(use, network));
  const chosen = () => {
    if (!route.name) return fitting()[0];
    return fitting().find((network) => network.key === route.name);
  };
  const shown = view(above, () => template());

  const template = () => {
    const network = chosen();
    const named = network ?? state.all?.find(({ key }) => key === route.name);
    return html`<div class="page-head"><h1>${use.title}</h1>${
        network ? choice(page, network, fitting()) : nothing
      }</div>
      ${named ? others(page, named) : nothing}
      ${state.error ? fault(state.error) : !state.all ? doing("Looking for networks") : network ? nothing : none(use, state.refusal)}`;
  };

  const look = async () => {
    state.all = await networks();
    if (route.name && !chosen()) state.refusal = await refusal(route.name, use);
  };

  shown.now();
  document.title = titleOf(use.title, route.name);
  look()
    .catch((error) => (state.error = error))
    .finally(() => {
      if (left) return;
      shown.now();
      const network = chosen();
      document.title = titleOf(use.title, network?.title ?? route.name);
      if (network) end = begin(below, network, route);
    });
  return () => {
    left = true;
    shown.end();
    end();
  };
}

/** What a tab of the browser is called. @param {string} page @param {string | null | undefined} network */
const titleOf = (page, network) => `${network ? `${network} · ` : ""}${page} · zerosum`;

/** @param {string} page @param {Network} network @param {Network[]} all */
const choice = (page, network, all) => html`<label class="use-choice"><span class="hidden-text">Network</span><select
  @change=${(/** @type {any} */ event) => navigate(usePath(page, event.target.value))}>${all.map(
    (each) =>
      html`<option value=${each.key} .selected=${live(each.key === network.key)}>${named(each)}</option>`,
  )}</select></label>`;

/** @param {Network} network */
const named = ({ title, run, images_seen: seen }) =>
  run === null ? title : `${title} (${counted(seen)} images)`;

/** @param {string} page @param {Network} network */
function others(page, network) {
  const pages = PAGES.filter((use) => fits(use, network));
  if (pages.length < 2 && network.run === null) return nothing;
  return html`<nav class="use-pages" aria-label="What to do with ${network.title}">${pages.map(
    (use) =>
      html`<a href=${usePath(use.page, network.key)} aria-current=${
        use.page === page ? "page" : nothing
      }>${use.title}</a>`,
  )}${
    network.run === null
      ? nothing
      : html`<a href="/run/${encodeURIComponent(network.run)}">The run</a>`
  }</nav>`;
}

/** @param {import("./networks.js").Use} use @param {unknown} refusal */
const none = (use, refusal) =>
  refusal
    ? empty({
        icon: use.icon,
        title: "This page cannot use that network",
        text: messageOf(refusal),
        action: html`<a class="button primary" href="/use">What can be used</a>`,
      })
    : empty({
        icon: use.icon,
        title: "No network for this yet",
        text: "Train one first; the recipes that fit are on the page New run.",
        action: html`<a class="button primary" href="/new?goal=${use.goal}">New run</a>`,
      });
