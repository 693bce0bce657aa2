// @ts-check
// "What do you have?", and the recipes that fit.
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { ref } from "../vendor/lit-html/directives/ref.js";
import { repeat } from "../vendor/lit-html/directives/repeat.js";
import { doing, fault } from "../components/parts.js";
import { duration, short } from "../components/text.js";
import { view } from "../components/view.js";
import { keepQuery } from "../shell/router.js";
import { Measuring } from "./measuring.js";
import { offer, shapeOf } from "./recipes.js";

/** @typedef {import("./recipes.js").Recipe} Recipe */
/** @typedef {import("./recipes.js").Offer} Offer */

/** @type {import("../app.js").Mount} */
export function mountGoals(root, route) {
  /** @type {Offer | null} */
  let found = null;
  /** @type {unknown} */
  let error = null;
  let chosen = route.query.get("goal");
  const page = view(root, () => template());
  const measuring = new Measuring(page.draw);

  async function load() {
    error = null;
    try {
      found = await offer();
    } catch (reason) {
      error = reason;
    }
    page.draw();
  }

  /** @param {string} key */
  function choose(key) {
    chosen = key;
    keepQuery({ goal: key });
    page.now();
    root.querySelector("#recipes")?.scrollIntoView({ block: "start", behavior: "smooth" });
  }

  const template = () => html`<div class="page-head"><h1>New run</h1></div>
    ${error ? fault(error, html`<button class="button" type="button" @click=${load}>Try again</button>`) : nothing}
    ${found ? html`${goals(found)}${recipes(found)}` : error ? nothing : doing("Reading the recipes")}`;

  const goals = (/** @type {Offer} */ { goals: all }) => html`<section class="stack">
    <h2 id="have">What do you have?</h2>
    <ul class="new-goals" aria-labelledby="have">${all.map(
      (goal) => html`<li><button type="button" class="card new-goal" aria-pressed=${goal.key === chosen}
        @click=${() => choose(goal.key)}><strong>${goal.title}</strong><span
        class="dim small">${goal.text}</span></button></li>`,
    )}</ul></section>`;

  const recipes = (/** @type {Offer} */ { goals: all, recipes: known }) => {
    const goal = all.find((each) => each.key === chosen);
    if (!goal) return nothing;
    const fitting = goal.recipes.map((name) => /** @type {Recipe} */ (known.get(name)));
    return html`<section class="stack new-recipes" id="recipes">
      <div class="row apart"><h2>Recipes for it</h2>${stateOfMeasuring()}</div>
      <ul class="new-cards">${repeat(
        fitting,
        (each) => each.name,
        (each, place) => card(each, goal.key, place === 0),
      )}</ul></section>`;
  };

  const card = (/** @type {Recipe} */ recipe, /** @type {string} */ goal, /** @type {boolean} */ first) =>
    html`<li ${ref((element) => measuring.watch(element, recipe))}>
    <a class="card new-card" href="/new/${recipe.name}?goal=${goal}">
      ${picture(recipe)}
      <span class="new-card-head"><strong>${recipe.name}</strong>${
        first ? html`<span class="chip finished">begin here</span>` : nothing
      }</span>
      <span class="small">${recipe.text}</span>
      <span class="dim small numbers">${shapeOf(recipe)}; ${short(recipe.weights)} weights</span>
      <span class="small numbers">${time(recipe)}</span>
    </a></li>`;

  const time = (/** @type {Recipe} */ recipe) => {
    const images = `for its ${short(recipe.total_images)} images`;
    if (recipe.seconds !== null) return html`About <b>${duration(recipe.seconds)}</b> here ${images}`;
    if (measuring.current === recipe) return html`<span class="dim">Measuring … ${images}</span>`;
    const why = measuring.faults.get(recipe.name);
    if (why) return html`<span class="dim" title=${why}>No time: it cannot be tried here</span>`;
    return html`<span class="dim">${measuring.paused ? "Not measured" : "To be measured"} ${images}</span>`;
  };

  const stateOfMeasuring = () => {
    if (measuring.paused)
      return html`<span class="row small dim">${measuring.paused}<button class="button small" type="button"
        @click=${() => measuring.again()}>Measure</button></span>`;
    if (!measuring.current) return nothing;
    return html`<span class="row small">${doing(`Measuring ${measuring.current.name}`)}<button
      class="button small" type="button" @click=${() => measuring.cancel()}>Stop measuring</button></span>`;
  };

  page.now();
  load();
  return () => {
    measuring.end();
    page.end();
  };
}

/** What a recipe makes. @param {Recipe} recipe */
export const picture = (recipe) =>
  recipe.picture
    ? html`<img class="new-picture" src=${recipe.picture} alt="" width="160" height="160" loading="lazy"
      decoding="async">`
    : html`<span class="new-picture" aria-hidden="true"></span>`;
