// @ts-check
// What a lesson has computed, put in the place of what it showed before: only what differs is
// replaced, and what the reader has opened, chosen or scrolled to stays so.
import { enliven } from "/static/lessons/page.js";

/** @type {WeakMap<Node, string>} how a part came, before it was given life */
const came = new WeakMap();

/** @param {HTMLElement} root @param {string} html made by `zerosum.lessons`, which escapes */
export function show(root, html) {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  const [old, fresh] = [[...root.children], [...holder.content.children]];
  for (const each of fresh) came.set(each, each.outerHTML);
  const same = old.length === fresh.length;
  if (!same) root.replaceChildren(...fresh);
  fresh.forEach((each, place) => {
    const before = same ? old[place] : null;
    if (before && came.get(before) === came.get(each)) return;
    before?.replaceWith(each);
    enliven(each.parentElement === root && each.matches(".animation") ? root : each);
    if (before) keep(before, each);
  });
}

/** @param {Element} before @param {Element} after */
function keep(before, after) {
  pairs(before, after, "details", (/** @type {any} */ old, /** @type {any} */ one) => {
    one.open = old.open;
  });
  pairs(before, after, ".animation", (old, one) => {
    const [was, is] = [old, one].map((each) => each.querySelector(".player input"));
    if (was.value === was.max) return; // It stood at its end, and so it does.
    is.value = String(Math.min(Number(was.value), Number(is.max)));
    is.dispatchEvent(new Event("input"));
  });
  pairs(before, after, ".scroll, pre, .formula", (old, one) => (one.scrollLeft = old.scrollLeft));
}

/**
 * @param {Element} before @param {Element} after @param {string} which
 * @param {(a: any, b: any) => void} act
 */
function pairs(before, after, which, act) {
  const [old, fresh] = [before, after].map((each) => [...each.querySelectorAll(which)]);
  if (old.length === fresh.length) old.forEach((each, place) => act(each, fresh[place]));
}
