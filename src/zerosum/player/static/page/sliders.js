// @ts-check
// The controls beside the picture: class, truncation, directions, styles of another seed.

import { REACH, truncations, wholeNumber, LARGEST_SEED } from "./choice.js";
import { make } from "./dom.js";

/** @typedef {import("../engine.js").Choice} Choice */
/** @typedef {{choice: Choice, changed: () => void, redraw: () => void}} Shown */

let count = 0;

/** A slider with its name and value. @param {string} text
 * @param {{min: number, max: number, step: number, value: number, rest: number,
 *   say: (value: number) => string, change: (value: number) => void}} settings */
function slider(text, { min, max, step, value, rest, say, change }) {
  const id = `slider-${count++}`;
  const output = make("output", { for: id }, say(value));
  const input = make("input", {
    ...{ type: "range", id, min, max, step, value },
    "aria-valuetext": say(value),
    input: () => take(Number(input.value)),
    dblclick: () => take(rest),
  });
  const take = (/** @type {number} */ now) => {
    input.value = String(now);
    output.textContent = say(now);
    input.setAttribute("aria-valuetext", say(now));
    change(now);
  };
  return make("div", { class: "slider" }, make("label", { for: id }, text), output, input);
}

/** @param {any} model @param {Shown} shown @returns {Node[]} */
function typical(model, { choice, changed }) {
  const { least, most, step, off } = truncations(model);
  const say = (/** @type {number} */ value) =>
    off && value >= most ? "none" : value.toFixed(2).replace(/0$/, "");
  return [
    slider("Truncation", {
      ...{ min: least, max: most, step, rest: model.truncation ?? most, say },
      value: choice.truncation ?? most,
      change: (value) => {
        choice.truncation = off && value >= most ? null : value;
        changed();
      },
    }),
    make("p", { class: "help" }, "Lower: less varied pictures, more of them good."),
  ];
}

/** @param {any} model @param {Shown} shown @returns {Node[]} */
function classes(model, { choice, changed }) {
  const options = model.space.classes.map((/** @type {string} */ name, /** @type {number} */ label) =>
    make("option", { value: label, selected: label === choice.label && "" }, name),
  );
  const change = () => {
    choice.label = Number(select.value);
    changed();
  };
  const select = make("select", { id: "class", change }, ...options);
  return options.length ? [make("label", { for: "class" }, "Class"), select] : [];
}

/** How a direction was found: PCA, SeFa. @param {{method: string}} direction @returns {string} */
const methodOf = (direction) => direction.method;

let method = "";

/** @param {string} name @param {() => void} click */
const methodButton = (name, click) =>
  make("button", { type: "button", "aria-pressed": String(name === method), click }, name);

/** @param {any} model @param {Shown} shown @returns {Node[]} */
function moves(model, { choice, changed, redraw }) {
  if (!model.directions.length) return [];
  const methods = [...new Set(model.directions.map(methodOf))];
  if (!methods.includes(method)) method = methods[0];
  const turn = (/** @type {string} */ other) => () => {
    method = other;
    redraw();
  };
  const reset = () => {
    choice.moves.fill(0);
    redraw();
  };
  const resets = make("button", { type: "button", class: "quiet", click: reset }, "Reset");
  const say = (/** @type {number} */ value) => (value > 0 ? "+" : "") + value.toFixed(1);
  return [
    make(
      "div",
      { class: "row apart" },
      make("h2", {}, "Directions"),
      make("div", { class: "row" }, ...methods.map((each) => methodButton(each, turn(each))), resets),
    ),
    ...model.directions.flatMap((/** @type {any} */ direction, /** @type {number} */ number) =>
      methodOf(direction) === method
        ? [
            slider(direction.name, {
              ...{ min: -REACH, max: REACH, step: 0.1, rest: 0, say, value: choice.moves[number] },
              change: (value) => {
                choice.moves[number] = value;
                changed();
              },
            }),
          ]
        : [],
    ),
    make("p", { class: "help" }, "In standard deviations; a double click goes back to 0."),
  ];
}

/** @param {any} model @param {Shown} shown @returns {Node[]} */
function styles(model, { choice, changed, redraw }) {
  if (!model.space.layers) return [];
  const turn = () => {
    choice.fine = box.checked ? choice.seed + 1 : null;
    redraw();
  };
  const box = make("input", { type: "checkbox", change: turn, checked: choice.fine !== null && "" });
  const parts = [
    make("h2", {}, "Mixed styles"),
    make("label", { class: "check" }, box, "Fine layers of another seed"),
  ];
  if (choice.fine === null) return parts;
  const take = () => {
    choice.fine = wholeNumber(seed.value, LARGEST_SEED) ?? choice.fine;
    changed();
  };
  const seed = make("input", { id: "fine", inputmode: "numeric", value: choice.fine, input: take });
  const from = slider("From layer", {
    ...{ min: 1, max: model.space.layers - 1, step: 1, rest: Math.floor(model.space.layers / 2) },
    value: choice.layer,
    say: String,
    change: (value) => {
      choice.layer = value;
      changed();
    },
  });
  return [...parts, make("label", { for: "fine" }, "Its seed"), seed, from];
}

/** Draw all controls anew. @param {HTMLElement} root @param {any} model @param {Shown} shown */
export function drawControls(root, model, shown) {
  const parts = [classes, typical, moves, styles].map((part) => part(model, shown));
  root.replaceChildren(
    ...parts
      .filter((part) => part.length)
      .map((part) => make("section", { class: "card" }, ...part)),
  );
}
