// @ts-check
// The form of a recipe: its pictures, its settings, what it takes, and Start.
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { repeat } from "../vendor/lit-html/directives/repeat.js";
import { live } from "../vendor/lit-html/directives/live.js";
import { commandLine, doing, fault, segments } from "../components/parts.js";
import { whileBusy } from "../components/busy.js";
import { toast } from "../components/toast.js";
import { view } from "../components/view.js";
import { navigate, runPath } from "../shell/router.js";
import { queue } from "../store/queue.js";
import { shelf } from "../store/runs.js";
import { studio } from "../store/studio.js";
import * as api from "../api.js";
import { waitingFor } from "./busy.js";
import { Costs } from "./costs.js";
import { fieldOf, otherFields } from "./fields.js";
import { Filled } from "./filled.js";
import { picture } from "./goals.js";
import { offer, shapeOf } from "./recipes.js";
import { Source } from "./source.js";
import { victim } from "./victim.js";

/** @typedef {import("./values.js").Field} Field */

const TITLES = {
  data: "Pictures",
  data_a: "Pictures of domain A",
  data_b: "Pictures of domain B",
};
const WAYS = { 1: "One place with trainA and trainB", 2: "Two places" };

/** @type {import("../app.js").Mount} */
export function mountForm(root, route) {
  const name = /** @type {string} */ (route.name);
  const run = route.query.get("run");
  const page = view(root, () => template());
  const ends = [queue, shelf, studio].map((each) => each.watch(page.draw));
  /** @type {unknown} */
  let error = null;
  /** @type {Form | null} */
  let form = null;
  let ended = false;

  async function load() {
    error = null;
    try {
      const path = `/recipes/${encodeURIComponent(name)}/form`;
      const [told, { recipes }] = await Promise.all([api.get(path, { run }), offer()]);
      if (ended) return;
      const recipe = /** @type {import("./recipes.js").Recipe} */ (recipes.get(name));
      const own = run === null && route.query.get("goal") !== "nothing";
      form = new Form(recipe, told, { key: `${name}${run ? `?run=${run}` : ""}`, own }, page.draw);
      form.start();
    } catch (reason) {
      error = reason;
    }
    page.draw();
  }

  const back = () => `/new${route.query.get("goal") ? `?goal=${route.query.get("goal")}` : ""}`;
  const template = () => html`<div class="page-head"><h1>${run ? `Copy of ${run}` : `New run: ${name}`}</h1>
      <a class="button" href=${back()}>Other recipes</a></div>
    ${error ? fault(error, html`<a class="button" href="/new">All recipes</a>`) : nothing}
    ${form ? form.template() : error ? nothing : doing("Reading the form")}`;

  page.now();
  load();
  return () => {
    ended = true;
    form?.end();
    for (const end of ends) end();
    page.end();
  };
}

class Form {
  /**
   * @param {import("./recipes.js").Recipe} recipe
   * @param {{fields: Field[], usual: string[], ways: string[][], classifies: string[], values: Record<string, any>}} told
   * @param {{key: string, own: boolean}} how the draft's name; whether pictures are to be chosen
   * @param {() => void} changed
   */
  constructor(recipe, told, { key, own }, changed) {
    this.recipe = recipe;
    this.told = told;
    this.changed = changed;
    this.query = "";
    this.filled = new Filled(recipe.name, told, key, changed);
    this.costs = new Costs(this.filled, recipe, changed);
    this.filled.sound = () => this.measureLater();
    this.own = own;
    const { values } = this.filled;
    // A draft or a copy may have its pictures in another way than the usual one.
    const given = told.ways.findIndex((way) => way.some((each) => each in values));
    this.way = Math.max(0, given);
    /** @type {Map<string, Source>} */
    this.known = new Map();
  }

  get needed() {
    return this.told.ways[this.way].map((each) => /** @type {Field} */ (this.filled.fields.get(each)));
  }

  get victims() {
    return this.needed.filter((field) => field.kind === "run");
  }

  /** Where the pictures come from, by the fields that say so. */
  get sources() {
    return this.needed.filter((field) => field.kind === "source").map((field) => this.sourceOf(field));
  }

  /** @param {Field} field */
  sourceOf(field) {
    const known = this.known.get(field.name) ?? new Source(field, this.filled, this.own, () => {
      this.changed();
      this.measureLater();
    });
    this.known.set(field.name, known);
    return known;
  }

  /** Measure what does, when the pictures have been looked at: the worker does one thing at a time. */
  measureLater() {
    const looking = [...this.known.values()].some(({ inspecting }) => inspecting.busy || inspecting.error);
    if (!looking && this.filled.checked?.ok) this.costs.later();
  }

  /** @param {number} way */
  feed(way) {
    for (const { field } of this.sources) this.filled.reset(field);
    this.known.clear();
    this.way = way;
    for (const source of this.sources) source.start();
    this.changed();
  }

  start() {
    for (const source of this.sources) source.start();
    this.filled.check();
  }

  /** @returns {import("./fields.js").Fill} */
  get fill() {
    const { filled } = this;
    return {
      shown: (field) => filled.shown(field),
      isChanged: (field) => filled.isChanged(field),
      errorOf: (field) => filled.errorOf(field),
      type: (field, text) => filled.type(field, text),
      reset: (field) => filled.reset(field),
      allowCode: studio.value?.allow_code ?? false,
    };
  }

  template() {
    // On a narrow screen Start follows the pictures: most want no other settings.
    return html`<div class="new-form"><div class="stack">${this.head()}${this.pictures()}</div>
      <aside class="stack new-side" aria-label="The run">${this.side()}</aside>
      <div class="stack">${this.usual()}${this.all()}</div></div>`;
  }

  head() {
    const { recipe } = this;
    const about = recipe.about
      ? html`<details><summary class="small">More about it</summary><p class="small new-about">${recipe.about}</p></details>`
      : nothing;
    return html`<section class="card new-head">${picture(recipe)}<div class="stack"><p>${recipe.text}</p>
      <p class="dim small numbers">${shapeOf(recipe)}; ${recipe.picture_of ?? ""}</p>${about}</div></section>`;
  }

  pictures() {
    const ways = this.told.ways.map((way, place) => [String(place), WAYS[way.length] ?? way.join(", ")]);
    const choice = segments("The pictures are in", /** @type {any} */ (ways), String(this.way), (key) =>
      this.feed(Number(key)),
    );
    return html`<section class="card stack" aria-label="What it is trained on">
      ${ways.length > 1 ? choice : nothing}
      ${this.victims.map((field) => victim(field, this.filled, this.told.classifies))}
      ${this.sources.map((each) => each.template(TITLES[each.field.name] ?? each.field.name))}</section>`;
  }

  usual() {
    const needed = [...this.told.ways.flat()];
    const fields = this.told.usual
      .map((each) => /** @type {Field} */ (this.filled.fields.get(each)))
      .filter((field) => !needed.includes(field.name));
    const changed = Object.keys(this.filled.values).length;
    return html`<section class="card stack" aria-labelledby="usual"><div class="row apart"><h2 id="usual">Settings</h2>${
      changed
        ? html`<button class="button small" type="button" @click=${() => this.resetAll()}>Reset all</button>`
        : nothing
    }</div><div class="new-fields">${repeat(
      fields,
      (field) => field.name,
      (field) => fieldOf(field, this.fill),
    )}</div></section>`;
  }

  resetAll() {
    const { texts } = this.filled;
    this.filled.resetAll();
    const undo = () => {
      this.filled.texts = texts;
      this.filled.later();
    };
    toast("All is as the recipe says.", { action: { text: "Undo", run: undo } });
  }

  all() {
    const search = (/** @type {string} */ query) => {
      this.query = query;
      this.changed();
    };
    return otherFields([...this.filled.fields.values()], this.fill, this.query, search);
  }

  side() {
    const { checked } = this.filled;
    const waits = waitingFor();
    return html`<section class="card stack">${this.costs.template()}</section>
      <section class="card stack">${this.nameField()}${this.faultOf()}
        ${(checked?.notes ?? []).map((each) => html`<p class="note warn small">note: ${each}</p>`)}
        <button class="button primary new-start" type="button" aria-disabled=${!checked?.ok}
          aria-describedby="new-waits" @click=${(/** @type {Event} */ event) => this.begin(event)}
          >${waits ? "Add to queue" : "Start"}</button>
        <p class="dim small" id="new-waits" ?hidden=${!waits}>${waits}</p></section>
      ${
        checked?.command
          ? html`<section class="stack"><h2 class="small dim">The same in a shell</h2>${commandLine(checked.command)}</section>`
          : nothing
      }`;
  }

  nameField() {
    const { error } = this.filled.checked ?? {};
    const wrong = error?.field === "name" ? error.message : null;
    return html`<div class="field"><label for="new-name">Name of the run</label><input id="new-name" autocomplete="off"
      spellcheck="false" placeholder=${this.recipe.name} .value=${live(this.filled.name)} aria-describedby="new-name-help new-name-error" aria-invalid=${wrong !== null}
      @input=${(/** @type {any} */ event) => this.filled.rename(event.target.value.trim())}><div class="help"
      id="new-name-help">By default the recipe's, with a number where it is taken.</div><div
      class="error" id="new-name-error" role="alert" ?hidden=${wrong === null}>${wrong}</div></div>`;
  }

  /** What is wrong, where no field that is shown says it. */
  faultOf() {
    const error = this.filled.checked?.error;
    if (!error || error.field === "name") return nothing;
    const field = error.field ? this.filled.fields.get(error.field) : null;
    // Nobody has done anything wrong who has not chosen pictures yet.
    const look = field && !this.filled.touched.has(field.name) ? "info" : "bad";
    return html`<p class="note ${look} small" role="status">${error.message}</p>`;
  }

  /** @param {Event} event */
  async begin(event) {
    const { checked, values, name } = this.filled;
    if (!checked?.ok) {
      toast(checked?.error?.message ?? "Wait until the form has been checked.", { kind: "bad" });
      return;
    }
    await whileBusy(event, async () => {
      const job = await api.post("/queue", {
        recipe: this.recipe.name,
        fields: values,
        name: name || null,
      });
      this.filled.forget();
      navigate(runPath(job.run));
    });
  }

  end() {
    this.filled.end();
    this.costs.end();
    for (const source of this.known.values()) source.end();
  }
}
