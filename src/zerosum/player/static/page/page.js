// @ts-check
// The page: a picture, and what it is drawn from.

import { Asked, Latest } from "./asking.js";
import { factsOf, fromAddress, LARGEST_SEED, toAddress, wholeNumber } from "./choice.js";
import { byId, make, paint } from "./dom.js";
import { download, pngOf } from "./png.js";
import { drawControls } from "./sliders.js";
import { Stops } from "./stops.js";
import { Walk } from "./walk.js";

const model = JSON.parse(byId("model").textContent);
const asked = new Asked(model, byId("numbers").textContent, byId("runtime").textContent);
byId("numbers").remove(); // The worker has its own.

const canvas = byId("picture");
const seed = byId("seed");
const note = byId("note");

/** What the canvas shows. @type {any} */
let shown = null;
let choice = fromAddress(model, location.hash);

const latest = new Latest(
  (question) => asked.ask(question),
  ({ pixels, spent }, question) => {
    paint(canvas, pixels, model.shape);
    shown = structuredClone(question);
    canvas.setAttribute("aria-label", described(question));
    byId("spent").textContent = `${Math.max(1, Math.round(spent))} ms`;
    document.documentElement.dataset.drawn = JSON.stringify(question); // For tests.
  },
  (error) => {
    note.textContent = `This picture could not be drawn: ${error.message}`;
  },
);

const stops = new Stops(byId("stops"), open);
const walk = new Walk(
  (question) => asked.ask(question),
  (question) => latest.send(question),
  () => stops.kept.map((each) => each.choice),
);

/** @param {any} question */
function described({ choice: { seed: number, label }, end }) {
  const kind = model.space.classes.length ? ` of class ${model.space.classes[label]}` : "";
  return `A generated picture${kind}, seed ${number}${end ? `, on the way to ${end.seed}` : ""}`;
}

/** Draw what is chosen. */
function changed() {
  rest();
  if (seed.value !== String(choice.seed)) seed.value = String(choice.seed);
  history.replaceState(null, "", toAddress(model, choice));
  latest.send({ kind: "picture", choice: structuredClone(choice) });
}

function redraw() {
  drawControls(byId("controls"), model, { choice, changed, redraw });
  changed();
}

/** @param {import("../engine.js").Choice} other */
function open(other) {
  choice = structuredClone(other);
  redraw();
}

/** @param {number} number */
function go(number) {
  choice.seed = Math.min(Math.max(0, number), LARGEST_SEED);
  changed();
}

function rest() {
  walk.stop();
  byId("walk").setAttribute("aria-pressed", "false");
  byId("walk-text").textContent = "Walk";
  note.textContent = "";
}

function turnWalk() {
  if (walk.goes) {
    rest();
    return;
  }
  byId("walk").setAttribute("aria-pressed", "true");
  byId("walk-text").textContent = "Stop";
  walk
    .start(choice, (from, to) => {
      note.textContent = `From seed ${from.seed} to seed ${to.seed}`;
      choice = structuredClone(to);
      seed.value = String(to.seed);
    })
    .catch((error) => {
      rest();
      note.textContent = `The walk ended: ${error.message}`;
    });
}

async function save() {
  if (!shown) return;
  const { choice: of, end, time } = shown;
  const facts = { ...model.facts, ...factsOf(model, of) };
  if (end) facts["zerosum:walked"] = `${time.toFixed(3)} of the way to seed ${end.seed}`;
  download(await pngOf(canvas, facts), `${model.name}-seed-${of.seed}.png`);
}

function keep() {
  if (shown?.end) note.textContent = "On the way there is no seed to keep: choose one.";
  else if (shown) stops.keep(shown.choice, canvas);
}

const random = () => go(Math.floor(Math.random() * 1_000_000));
/** @type {Record<string, () => void>} */
const actions = {
  before: () => go(choice.seed - 1),
  after: () => go(choice.seed + 1),
  random,
  walk: turnWalk,
  keep,
  save,
};
/** @type {Record<string, string>} */
const KEYS = { ArrowLeft: "before", ArrowRight: "after", r: "random", w: "walk", k: "keep", s: "save" };

const WRITTEN = "select, input:not([type])";

for (const [name, action] of Object.entries(actions)) byId(name).addEventListener("click", action);
seed.addEventListener("input", () => {
  const number = wholeNumber(seed.value, LARGEST_SEED);
  seed.setAttribute("aria-invalid", String(number === null));
  if (number !== null) go(number);
});
document.addEventListener("keydown", (event) => {
  const at = /** @type {HTMLElement} */ (event.target);
  const action = actions[KEYS[event.key]];
  // Arrows move a slider, and letters are written into a field.
  const isTaken = at.matches?.(event.key.startsWith("Arrow") ? "input, select" : WRITTEN);
  if (isTaken || !action || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  action();
});
window.addEventListener("hashchange", () => open(fromAddress(model, location.hash)));

byId("about").replaceChildren(
  ...model.about.flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, value)]),
);
redraw();
