// @ts-check
/** What is shown to who has no token, or a wrong one. */
import { enterToken } from "./token.js";

const TEXTS = {
  missing: "This address lacks the token with which the studio knows you.",
  wrong: "The studio does not know the token that this browser kept; it is another studio's.",
};

/** @type {HTMLDialogElement | null} */
let dialog = null;

/**
 * Ask for the address; nothing else of the page can be used meanwhile.
 *
 * @param {"missing" | "wrong"} why
 */
export function lock(why) {
  if (dialog) return;
  dialog = document.createElement("dialog");
  dialog.className = "locked";
  dialog.setAttribute("aria-labelledby", "locked-title");
  dialog.append(
    part("div", "dialog-head", element("h1", "Open the address that the studio printed", NAMED)),
    part("div", "dialog-body", element("p", TEXTS[why]), instructions(), form()),
  );
  // Without the token there is nothing to go back to.
  dialog.addEventListener("cancel", (event) => event.preventDefault());
  document.body.append(dialog);
  dialog.showModal();
}

const NAMED = { id: "locked-title" };

function instructions() {
  const said = element("p", "In the terminal in which it was started, ");
  said.append(element("code", "zerosum studio"), " printed an address that ends in ",
    element("code", "#token=…"), ". Open that address, or paste it here.");
  return said;
}

function form() {
  const input = /** @type {HTMLInputElement} */ (
    element("input", "", { id: "locked-address", autocomplete: "off", spellcheck: "false" }));
  const fault = element("div", "", { role: "alert", class: "error" });
  const label = element("label", "Address or token", { for: "locked-address" });
  const button = element("button", "Open", { class: "button primary" });
  const asking = /** @type {HTMLFormElement} */ (
    part("form", "stack", part("div", "field", label, input, fault), part("div", "dialog-foot", button)));
  asking.addEventListener("submit", (event) => {
    event.preventDefault();
    if (enterToken(input.value)) location.reload();
    else fault.textContent = "There is no token in that; it stands behind #token=.";
  });
  return asking;
}

function part(name, look, ...within) {
  const made = element(name, "", { class: look });
  made.append(...within);
  return made;
}

function element(name, text, attributes = {}) {
  const made = document.createElement(name);
  if (text) made.textContent = text;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}
