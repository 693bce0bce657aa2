// @ts-check
// Learn: all lessons, and one of them.
import { mountLesson } from "../learn/lesson.js";
import { mountLessons } from "../learn/list.js";

/** @type {import("../app.js").Mount} */
export const mount = (root, route) =>
  route.name ? mountLesson(root, route) : mountLessons(root, route);
