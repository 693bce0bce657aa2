// @ts-check
// Classes and domains: a classifier, class by class and picture by picture.
import { beginClasses } from "../classes/page.js";
import { mountUse } from "../use/head.js";

/** @type {import("../app.js").Mount} */
export const mount = (root, route) => mountUse(root, route, "classes", beginClasses);
