// @ts-check
// Play: pictures from seeds, moved, walked between, mixed.
import { mountUse } from "../use/head.js";
import { PlayPage } from "../play/page.js";

/** @type {import("../app.js").Mount} */
export const mount = (root, route) =>
  mountUse(root, route, "play", (below, network, { query }) => {
    const page = new PlayPage(below, network, query);
    return () => page.end();
  });
