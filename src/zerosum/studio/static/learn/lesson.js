// @ts-check
// One lesson: its controls, and what it computes for them.
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { createRef, ref } from "../vendor/lit-html/directives/ref.js";
import { commandLine, doing, fault, progressBar } from "../components/parts.js";
import { duration } from "../components/text.js";
import { view } from "../components/view.js";
import { keepQuery } from "../shell/router.js";
import { shelf } from "../store/runs.js";
import * as api from "../api.js";
import { control } from "./controls.js";
import { Lesson } from "./live.js";
import { chapters, lessonPath, neighbours } from "./known.js";
import { show } from "./shown.js";

/** @type {import("../app.js").Mount} */
export function mountLesson(root, route) {
  const name = /** @type {string} */ (route.name);
  const place = /** @type {import("../vendor/lit-html/directives/ref.js").Ref<HTMLElement>} */ (
    createRef()
  );
  /** @type {import("./known.js").Chapter[]} */
  let all = [];
  /** @type {string[]} */
  let recipes = [];
  let drawn = "";
  let noting = 0;
  const shown = view(root, template);
  const lesson = new Lesson(name, route.query, changed);
  const unwatch = shelf.watch(shown.draw);

  /** Browsers take only so many addresses a second. */
  function note() {
    clearTimeout(noting);
    noting = window.setTimeout(() => keepQuery(lesson.query()), NOTED_AFTER);
  }

  function changed() {
    note();
    shown.now();
    const result = lesson.result;
    if (result && place.value && result.html !== drawn) show(place.value, (drawn = result.html));
  }

  function template() {
    const entry = all.flatMap((each) => each.lessons).find((each) => each.name === name);
    const known = lesson.described;
    return html`<div class="page-head learn-head"><div>
        <p class="dim small"><a href="/learn">Learn</a>${
          known ? html` · Chapter ${known.chapter.letter}: ${known.chapter.title}` : nothing
        }</p>
        <h1>${entry?.title ?? known?.title ?? name}</h1>
        <p class="learn-question">${entry?.question ?? known?.question ?? ""}</p></div></div>
      ${lesson.missing ? fault(lesson.missing, ALL) : body(known)}
      ${around(neighbours(all, name))}`;
  }

  function named(/** @type {import("./known.js").Chapter[]} */ found) {
    all = found;
    const entry = found.flatMap((each) => each.lessons).find((each) => each.name === name);
    if (entry) document.title = `${entry.title} – zerosum studio`;
    shown.draw();
  }

  function body(known) {
    return html`<div class="learn-lesson">
      <details class="card learn-controls" ?open=${isRoomy(known)}><summary>Controls</summary>${
        known ? form(known) : doing("Opening the lesson")
      }</details>
      <section class="learn-result" aria-label="What was computed">
        ${state()}
        ${lesson.error ? fault(lesson.error, again()) : nothing}
        <div class="lesson ${lesson.isOutdated ? "outdated" : ""}" aria-busy=${lesson.busy}
          ${ref(place)}></div>
        ${
          lesson.result
            ? html`<h2>The same on the command line</h2>${commandLine(lesson.result.call)}`
            : nothing
        }
      </section></div>`;
  }

  function form(known) {
    const names = [...(shelf.value.runs?.values() ?? [])]
      .filter((each) => !each.damaged)
      .map((each) => each.name);
    const given = {
      ...lesson,
      runs: names,
      packaged: known.packaged,
      recipes,
      set: (a, b) => lesson.set(a, b),
    };
    const errors = lesson.errors;
    const stay = (/** @type {Event} */ event) => event.preventDefault();
    const isUsual = !Object.values(lesson.query()).some(Boolean);
    return html`<form class="stack" @submit=${stay}>
      ${known.fields.map((each) => control(each, { ...given, errors }))}
      <div class="row">
        <button class="button" type="button" ?disabled=${isUsual}
          @click=${() => lesson.reset()}>Defaults</button>
        ${
          known.has_full
            ? html`<button class="button" type="button" ?disabled=${lesson.full && lesson.busy}
                title="Several seeds or more pictures: minutes rather than seconds"
                @click=${() => lesson.computeFull()}>Long form</button>`
            : nothing
        }</div></form>`;
  }

  const again = () =>
    html`<button class="button small" type="button" @click=${() => lesson.compute()}>
      Compute again</button>`;

  /** A line that is always there, so that nothing moves when it begins to compute. */
  function state() {
    const { busy, step, result, described } = lesson;
    const share = step && step.total ? step.done / step.total : null;
    const slow =
      described?.slow && described.slow > 3
        ? `; last time it took ${duration(described.slow)}`
        : "";
    return html`<div class="learn-state">${
      busy && lesson.elapsed > SOON
        ? html`${progressBar({ share, label: "How far the lesson is computed" })}
          <span class="grow">Computing${lesson.full ? " the long form" : ""},
            ${duration(lesson.elapsed)}${slow}</span>
          <button class="button small" type="button" @click=${() => lesson.stop()}>Stop</button>`
        : html`<span class="grow" role="status">${
            lesson.stopped ? "Stopped." : result ? `Computed in ${precisely(result.seconds)}.` : ""
          }</span>${lesson.stopped ? again() : nothing}`
    }</div>`;
  }

  shown.now();
  document.title = `${name} – zerosum studio`;
  chapters().then(named, () => {});
  lesson.open().then(async () => {
    if (!lesson.described?.fields.some((each) => each.kind === "recipe")) return;
    recipes = (await api.get("/recipes")).recipes.map((each) => each.name);
    shown.draw();
  });
  return () => {
    clearTimeout(noting);
    lesson.end();
    unwatch();
    shown.end();
  };
}

const ALL = html`<a class="button" href="/learn">All lessons</a>`;
const NOTED_AFTER = 250;
/** Seconds within which it is not said that something is computed: it would only flicker. */
const SOON = 0.25;
const WIDE = matchMedia("(min-width: 1000px)");
const FEW = 4;

/** Whether the controls leave room for what they are about. @param {any} known */
const isRoomy = (known) => WIDE.matches || (known?.fields.length ?? FEW) <= FEW;

const precisely = (/** @type {number} */ seconds) =>
  seconds < 10 ? `${seconds.toFixed(2)} s` : duration(seconds);

function around({ before, after }) {
  return html`<nav class="row apart learn-around" aria-label="Lessons beside this one">
    ${
      before
        ? html`<a class="button" rel="prev" href=${lessonPath(before.name)}>← ${before.title}</a>`
        : html`<span></span>`
    }
    ${
      after
        ? html`<a class="button" rel="next" href=${lessonPath(after.name)}>${after.title} →</a>`
        : nothing
    }</nav>`;
}
