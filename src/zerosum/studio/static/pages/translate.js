// @ts-check
// Translate: pictures of one domain in the other.
import { begin } from "../translate/page.js";
import { mountUse } from "../use/head.js";

/** @type {import("../app.js").Mount} */
export const mount = (root, route) => mountUse(root, route, "translate", begin);
