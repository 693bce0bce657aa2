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
  const said = [
    element("h1", "Open the address that the studio printed", { id: "locked-title" }),
    element("p", TEXTS[why]),
    element("p", "In the terminal in which it was started, `zerosum studio` printed an address " +
      "that ends in #token=… Open that address, or paste it here."),
    form(),
  ];
  dialog.append(...said);
  dialog.addEventListener("cancel", (event) => event.preventDefault());
  document.body.append(dialog);
  dialog.showModal();
}

function form() {
  const label = element("label", "Address or token");
  const input = element("input", "", { type: "text", autocomplete: "off", spellcheck: "false" });
  const fault = element("p", "", { role: "alert" });
  const button = element("button", "Open", { type: "submit" });
  label.append(input);
  const asking = element("form", "");
  asking.append(label, button, fault);
  asking.addEventListener("submit", (event) => {
    event.preventDefault();
    if (enterToken(/** @type {HTMLInputElement} */ (input).value)) location.reload();
    else fault.textContent = "There is no token in that; it stands behind #token=.";
  });
  return asking;
}

function element(name, text, attributes = {}) {
  const made = document.createElement(name);
  if (text) made.textContent = text;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}
