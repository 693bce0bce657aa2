// @ts-check
// Which runs are shown, and in which order.
import { html } from "../../vendor/lit-html/lit-html.js";
import { icon } from "../../components/icons.js";

/** @typedef {import("../../store/runs.js").Summary} Summary */
/** @typedef {{q: string, state: string, recipe: string, sort: string}} Wish */

export const ACTIVE = ["preparing", "training", "stopping"];
/** @param {Summary} run */
export const isActive = (run) => ACTIVE.includes(run.state);

/** @type {Record<string, (run: Summary) => boolean>} */
const STATES = {
  active: isActive,
  waiting: (run) => run.state === "waiting",
  stopped: (run) => run.state === "stopped",
  finished: (run) => run.state === "finished",
  failed: (run) => run.state === "failed" || run.damaged !== null,
  alarm: (run) => run.alarm !== null,
};
const STATE_WORDS = {
  active: "In progress",
  waiting: "Waiting",
  stopped: "Stopped",
  finished: "Finished",
  failed: "Failed or damaged",
  alarm: "With an alarm",
};

const byText = (/** @type {string} */ a, /** @type {string} */ b) =>
  a.localeCompare(b, "en", { numeric: true });
/** @param {Summary} run */
const rank = (run) => (isActive(run) ? 0 : run.state === "waiting" ? 1 : 2);
/** @param {Summary} run */
const time = (run) => run.updated ?? run.created ?? 0;

/** @type {Record<string, (a: Summary, b: Summary) => number>} */
const ORDERS = {
  newest: (a, b) => rank(a) - rank(b) || time(b) - time(a) || byText(a.name, b.name),
  created: (a, b) => (b.created ?? 0) - (a.created ?? 0) || byText(a.name, b.name),
  name: (a, b) => byText(a.name, b.name),
  score: byScore,
  size: (a, b) => (b.bytes ?? 0) - (a.bytes ?? 0) || byText(a.name, b.name),
};
const ORDER_WORDS = {
  newest: "Running, then newest",
  created: "Newest begun",
  name: "Name",
  score: "Best score",
  size: "Largest on disk",
};

/** Only like scores are set in order: the scores of one name beside each other. */
function byScore(/** @type {Summary} */ a, /** @type {Summary} */ b) {
  if (!a.score || !b.score) return Number(!a.score) - Number(!b.score) || byText(a.name, b.name);
  if (a.score.name !== b.score.name) return byText(a.score.name, b.score.name);
  const difference = (a.score.value ?? NaN) - (b.score.value ?? NaN);
  if (Number.isNaN(difference))
    return Number(a.score.value === null) - Number(b.score.value === null);
  return a.score.higher_is_better ? -difference : difference;
}

/** @param {URLSearchParams} query @returns {Wish} */
export const wishOf = (query) => ({
  q: query.get("q") ?? "",
  state: query.get("state") ?? "",
  recipe: query.get("recipe") ?? "",
  sort: query.get("sort") ?? "newest",
});

/** @param {Iterable<Summary>} runs @param {Wish} wish @returns {Summary[]} */
export function chosen(runs, { q, state, recipe, sort }) {
  const words = q.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = (/** @type {Summary} */ run) => {
    const text = `${run.name} ${run.recipe} ${run.data} ${run.state}`.toLowerCase();
    return words.every((word) => text.includes(word));
  };
  return [...runs]
    .filter(
      (run) => (STATES[state]?.(run) ?? true) && (!recipe || run.recipe === recipe) && fits(run),
    )
    .sort(ORDERS[sort] ?? ORDERS.newest);
}

/**
 * @param {Summary[]} runs all of them
 * @param {Wish} wish
 * @param {(part: Partial<Wish>) => void} change
 * @param {boolean} open whether all of it is shown where there is little room
 * @param {() => void} toggle
 */
export function filterBar(runs, wish, change, open, toggle) {
  const recipes = [...new Set(runs.map((run) => run.recipe).filter(Boolean))].sort();
  const counts = Object.entries(STATE_WORDS).map(([key, words]) => {
    const count = runs.filter(STATES[key]).length;
    return /** @type {[string, string]} */ ([key, `${words} (${count})`]);
  });
  const orders = Object.entries(ORDER_WORDS);
  return html`<form class="filters" role="search" @submit=${(/** @type {Event} */ event) =>
    event.preventDefault()}>
    <label class="search"><span class="hidden-text">Search the runs</span>${icon("search")}<input
      type="search" placeholder="Search name, recipe, data" .value=${wish.q} autocomplete="off"
      @input=${(/** @type {InputEvent} */ event) => change({ q: valueOf(event) })}></label>
    <button class="button filters-more" type="button" aria-expanded=${open} @click=${toggle}
      >Filter${wish.state || wish.recipe ? " (on)" : ""}</button>
    <div class="filters-rest ${open ? "open" : ""}">
    ${choice("State", [["", `All states (${runs.length})`], ...counts], wish.state, (state) =>
      change({ state }),
    )}
    ${choice("Recipe", [["", "All recipes"], ...recipes.map(same)], wish.recipe, (recipe) =>
      change({ recipe }),
    )}
    ${choice("Order", orders, wish.sort, (sort) => change({ sort }))}</div></form>`;
}

/** @param {any} name @returns {[string, string]} */
const same = (name) => [name, name];
/** @param {Event} event */
const valueOf = (event) => /** @type {HTMLInputElement} */ (event.target).value;

/**
 * @param {string} label @param {[string, string][]} choices
 * @param {string} value @param {(value: string) => void} choose
 */
const choice = (label, choices, value, choose) =>
  html`<select aria-label=${label}
    @change=${(/** @type {Event} */ event) => choose(valueOf(event))}>${choices.map(
      ([key, words]) => html`<option value=${key} ?selected=${key === value}>${words}</option>`,
    )}</select>`;
