// @ts-check
// Paint strokes, and the generator's nearest pictures follow.
import { Desk } from "../draw/desk.js";
import { mountUse } from "../use/head.js";

/** @type {import("../app.js").Mount} */
export const mount = (root, route) =>
  mountUse(root, route, "draw", (below, network) => {
    const desk = new Desk(below, network, route.query.get("saved"));
    return () => desk.end();
  });
