// @ts-check
// Compare: runs side by side.
import { html, render } from "../vendor/lit-html/lit-html.js";

/** @type {import("../app.js").Mount} */
export const mount = (root) => {
  render(html`<div class="page-head"><h1>Compare</h1></div>`, root);
  return () => {};
};
