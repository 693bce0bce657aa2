// @ts-check
// A menu below a button, moved through by the arrow keys.
import { html, render, nothing } from "../vendor/lit-html/lit-html.js";
import { icon } from "./icons.js";
import { toast } from "./toast.js";

/**
 * @typedef {object} Item
 * @property {string} text
 * @property {import("./icons.js").IconName} [icon]
 * @property {() => void} [run]
 * @property {string} [href]
 * @property {boolean} [danger]
 * @property {string | null} [why] why it cannot be chosen now
 */

/**
 * Open a menu for a button.
 * @param {Event} event the press
 * @param {Item[]} items
 */
export function openMenu(event, items) {
  event.preventDefault();
  const button = /** @type {HTMLElement} */ (event.currentTarget);
  const menu = document.createElement("div");
  const hide = () => menu.hidePopover();
  menu.className = "menu";
  menu.setAttribute("role", "menu");
  menu.setAttribute("popover", "auto");
  menu.setAttribute("aria-label", button.getAttribute("aria-label") ?? "Actions");
  render(
    items.map((each) => entry(each, hide)),
    menu,
  );
  menu.addEventListener("keydown", (key) => move(menu, key));
  menu.addEventListener("toggle", (/** @type {any} */ change) => {
    if (change.newState !== "closed") return;
    removeEventListener("scroll", hide);
    button.setAttribute("aria-expanded", "false");
    menu.remove();
  });
  (button.closest("dialog") ?? document.body).append(menu);
  menu.showPopover();
  place(menu, button);
  button.setAttribute("aria-expanded", "true");
  /** @type {HTMLElement} */ (menu.firstElementChild)?.focus();
  addEventListener("scroll", hide);
}

/** @param {Item} item @param {() => void} close */
function entry({ text, icon: name, run, href, danger, why }, close) {
  const inside = html`${name ? icon(name) : nothing}<span>${text}</span>`;
  if (href && !why)
    return html`<a role="menuitem" tabindex="-1" href=${href} @click=${close}>${inside}</a>`;
  const choose = () => {
    close();
    if (why) toast(why);
    else run?.();
  };
  return html`<button role="menuitem" tabindex="-1" type="button" class=${danger ? "danger" : ""}
    aria-disabled=${why ? "true" : nothing} title=${why ?? nothing} @click=${choose}
    >${inside}</button>`;
}

/** @param {HTMLElement} menu @param {KeyboardEvent} event */
function move(menu, event) {
  const items = /** @type {HTMLElement[]} */ ([...menu.children]);
  const at = items.indexOf(/** @type {HTMLElement} */ (document.activeElement));
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
  if (event.key === "Tab") menu.hidePopover();
  if (to === undefined) return;
  event.preventDefault();
  items[(to + items.length) % items.length].focus();
}

/** @param {HTMLElement} menu @param {HTMLElement} button */
function place(menu, button) {
  const box = button.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = menu;
  const below = box.bottom + 4 + height <= innerHeight || box.top < height;
  menu.style.left = `${Math.max(8, Math.min(box.right - width, innerWidth - width - 8))}px`;
  menu.style.top = `${below ? box.bottom + 4 : box.top - height - 4}px`;
}
