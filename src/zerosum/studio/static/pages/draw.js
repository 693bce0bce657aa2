// @ts-check
import { mountUse } from "../use/head.js";

/** @type {import("../app.js").Mount} */
export const mount = (root, route) => mountUse(root, route, "draw", () => () => {});
