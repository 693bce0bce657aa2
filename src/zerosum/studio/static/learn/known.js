// @ts-check
// Which lessons there are: they do not change while the studio runs.
import * as api from "../api.js";

/**
 * @typedef {{name: string, title: string, question: string}} Entry
 * @typedef {{letter: string, title: string, lessons: Entry[]}} Chapter
 */

/** @type {Promise<Chapter[]> | null} */
let asked = null;

/** @returns {Promise<Chapter[]>} */
export function chapters() {
  asked ??= api.get("/lessons").then(
    (answer) => answer.chapters,
    (error) => {
      asked = null; // Another visit asks again.
      throw error;
    },
  );
  return asked;
}

/** @param {string} name */
export const lessonPath = (name) => `/learn/${encodeURIComponent(name)}`;

/** The lessons before and after one. @param {Chapter[]} all @param {string} name */
export function neighbours(all, name) {
  const lessons = all.flatMap((chapter) => chapter.lessons);
  const place = lessons.findIndex((each) => each.name === name);
  return {
    before: lessons[place - 1] ?? null,
    after: place < 0 ? null : (lessons[place + 1] ?? null),
  };
}
