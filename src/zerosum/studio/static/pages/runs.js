import { html, render } from "../vendor/lit-html/lit-html.js";
export function mount(root) {
  render(html`<div class="page-head"><h1>Runs</h1></div>`, root);
  return () => {};
}
