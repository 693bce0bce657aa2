// @ts-check
import { AttackPage } from "../attack/page.js";
import { mountUse } from "../use/head.js";

/** @type {import("../app.js").Mount} */
export const mount = (root, route) =>
  mountUse(root, route, "attack", (below, network, { query }) => {
    const page = new AttackPage(below, network, query);
    return () => page.end();
  });
