// @ts-check
// New run: what do you have, which recipe, and its form.
import { mountForm } from "../new/form.js";
import { mountGoals } from "../new/goals.js";

/** @type {import("../app.js").Mount} */
export const mount = (root, route) => (route.name ? mountForm(root, route) : mountGoals(root, route));
