// @ts-check
// What is chosen, and the same in the address, so that a bookmark brings it back.

/** @typedef {import("../engine.js").Choice} Choice */

export const LARGEST_SEED = Number.MAX_SAFE_INTEGER;

/** What stands before the name of a direction, which may be any. */
const MOVED = "~";

/** Truncation by the kind of space; at the end of the slider there is none.
 * @param {any} model */
export const truncations = (model) =>
  model.space.kind === "normal"
    ? { least: 0.1, most: 5, step: 0.1, off: true }
    : { least: 0.05, most: 1, step: 0.05, off: model.space.kind === "uniform" };

/** @param {any} model @returns {Choice} */
export const firstChoice = (model) => ({
  seed: 0,
  label: 0,
  truncation: model.truncation,
  moves: model.directions.map(() => 0),
  fine: null,
  layer: Math.floor(model.space.layers / 2),
});

/** @param {string | null} text @param {number} most @returns {number | null} a whole number from 0 */
export function wholeNumber(text, most) {
  if (text === null || !/^\d{1,16}$/.test(text)) return null;
  const value = Number(text);
  return value <= most ? value : null;
}

/** @param {any} model @param {Choice} choice */
export function toAddress(model, choice) {
  const first = firstChoice(model);
  const words = new URLSearchParams({ seed: String(choice.seed) });
  if (choice.label) words.set("class", model.space.classes[choice.label]);
  if (choice.truncation !== first.truncation)
    words.set("truncation", String(choice.truncation ?? "none"));
  choice.moves.forEach((move, number) => {
    if (move) words.set(`${MOVED}${model.directions[number].name}`, String(move));
  });
  if (choice.fine !== null) {
    words.set("fine", String(choice.fine));
    words.set("layer", String(choice.layer));
  }
  return `#${words}`;
}

/** What an address says; what it says wrongly is as at first.
 * @param {any} model @param {string} address @returns {Choice} */
export function fromAddress(model, address) {
  const words = new URLSearchParams(address.replace(/^#/, ""));
  const choice = firstChoice(model);
  choice.seed = wholeNumber(words.get("seed"), LARGEST_SEED) ?? choice.seed;
  choice.label = Math.max(0, model.space.classes.indexOf(words.get("class")));
  const { least, most } = truncations(model);
  const truncation = words.get("truncation");
  const value = Number(truncation ?? Number.NaN);
  if (truncation === "none") choice.truncation = null;
  else if (value >= least && value <= most) choice.truncation = value;
  model.directions.forEach((/** @type {any} */ direction, /** @type {number} */ number) => {
    const move = Number(words.get(`${MOVED}${direction.name}`) ?? 0);
    if (Math.abs(move) <= REACH) choice.moves[number] = move;
  });
  if (model.space.layers) {
    choice.fine = wholeNumber(words.get("fine"), LARGEST_SEED);
    const layer = wholeNumber(words.get("layer"), model.space.layers - 1);
    if (layer) choice.layer = layer;
  }
  return choice;
}

/** How far a direction goes, in standard deviations. */
export const REACH = 4;

/** What a saved picture says besides whose it is. @param {any} model @param {Choice} choice */
export function factsOf(model, choice) {
  /** @type {Record<string, string>} */
  const facts = { "zerosum:seed": String(choice.seed), "zerosum:index": "0" };
  if (choice.truncation !== null) facts["zerosum:truncation"] = String(choice.truncation);
  if (model.space.classes.length) facts["zerosum:class"] = model.space.classes[choice.label];
  const moves = choice.moves.flatMap((move, number) =>
    move ? [`${model.directions[number].name}: ${move}`] : [],
  );
  if (moves.length) facts["zerosum:moves"] = moves.join(", ");
  if (choice.fine !== null) {
    facts["zerosum:fine"] = String(choice.fine);
    facts["zerosum:from_layer"] = String(choice.layer);
  }
  return facts;
}
