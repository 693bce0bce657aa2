// @ts-check
// The chapters and their lessons, with a search.
import { html } from "../vendor/lit-html/lit-html.js";
import { doing, empty, fault } from "../components/parts.js";
import { view } from "../components/view.js";
import { keepQuery } from "../shell/router.js";
import { chapters, lessonPath } from "./known.js";

/** @typedef {import("./known.js").Chapter} Chapter */

/** @type {import("../app.js").Mount} */
export function mountLessons(root, route) {
  /** @type {{all: Chapter[] | null, error: unknown, wanted: string}} */
  const state = { all: null, error: null, wanted: route.query.get("search") ?? "" };
  const shown = view(root, () => page(state, search));
  function search(/** @type {string} */ words) {
    state.wanted = words;
    keepQuery({ search: words });
    shown.draw();
  }
  shown.now();
  document.title = "Learn – zerosum studio";
  chapters()
    .then((all) => (state.all = all))
    .catch((error) => (state.error = error))
    .finally(shown.now);
  return shown.end;
}

function page({ all, error, wanted }, search) {
  return html`<div class="page-head"><h1>Learn</h1></div>
    <div class="stack learn-list">
      <p class="learn-lead">Each lesson answers one question by a computation, with the library
        that trains. Move its controls, and it computes again.</p>
      <label class="field learn-search"><span class="label">Search</span><input type="search"
        placeholder="word of a title or question" .value=${wanted}
        @input=${(/** @type {InputEvent} */ event) =>
          search(/** @type {HTMLInputElement} */ (event.target).value)}></label>
      ${error ? fault(error) : all ? found(all, wanted) : doing("Reading the lessons")}
    </div>`;
}

/** @param {Chapter[]} all @param {string} wanted */
function found(all, wanted) {
  const words = wanted.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = (
    /** @type {import("./known.js").Entry} */ lesson,
    /** @type {Chapter} */ chapter,
  ) => {
    const text =
      `${lesson.name} ${lesson.title} ${lesson.question} ${chapter.title}`.toLowerCase();
    return words.every((word) => text.includes(word));
  };
  const left = all
    .map((chapter) => ({
      ...chapter,
      lessons: chapter.lessons.filter((each) => fits(each, chapter)),
    }))
    .filter((chapter) => chapter.lessons.length);
  if (!left.length)
    return empty({
      icon: "search",
      title: "No lesson has these words",
      text: "Search for fewer or other words.",
    });
  return left.map(
    (chapter) => html`<section class="stack learn-chapter">
      <h2><span class="learn-letter" aria-hidden="true">${chapter.letter}</span
        >${chapter.title}</h2>
      <ul class="learn-cards">${chapter.lessons.map(
        (each) => html`<li><a class="card learn-card" href=${lessonPath(each.name)}>
          <h3>${each.title}</h3><p class="dim">${each.question}</p></a></li>`,
      )}</ul></section>`,
  );
}
