// @ts-check
// What a picture is made of, as the address and the server know it.

/** How a direction is found, its name, and how far to go along it. @typedef {[string, string, number]} Move */

/**
 * @typedef {object} Spot
 * @property {number} seed
 * @property {number} index
 * @property {number | null} label
 * @property {number | null} truncation
 * @property {Move[]} moves
 */

/** The largest that the server takes. */
export const MOST = { seed: Number.MAX_SAFE_INTEGER, index: 9_999, truncation: 5, amount: 100 };

/** @returns {Spot} */
export const firstSpot = () => ({ seed: 0, index: 0, label: null, truncation: null, moves: [] });

/** What an address holds of a spot; empty values are left out. @param {Spot} spot */
export const queryOf = (spot) => ({
  seed: spot.seed ? String(spot.seed) : "",
  index: spot.index ? String(spot.index) : "",
  class: spot.label === null ? "" : String(spot.label),
  truncation: spot.truncation === null ? "" : String(spot.truncation),
  moves: spot.moves
    .map(([method, name, amount]) => `${encode(method)}.${encode(name)}.${round(amount)}`)
    .join("_"),
});

/** @param {URLSearchParams} query @returns {Spot} */
export function spotOf(query) {
  const label = number(query.get("class"), MOST.seed);
  const moves = (query.get("moves") ?? "").split("_").flatMap((text) => moveOf(text));
  return {
    seed: Math.floor(number(query.get("seed"), MOST.seed) ?? 0),
    index: Math.floor(number(query.get("index"), MOST.index) ?? 0),
    label: label === null ? null : Math.floor(label),
    truncation: number(query.get("truncation"), MOST.truncation) || null,
    moves,
  };
}

/** @param {string} text @returns {Move[]} */
function moveOf(text) {
  const [method, name, ...amount] = text.split(".");
  const value = Number(amount.join("."));
  if (!method || !name || !amount.length || !(Math.abs(value) <= MOST.amount)) return [];
  try {
    return [[decode(method), decode(name), value]];
  } catch {
    return []; // No code of a letter.
  }
}

// What separates moves is written otherwise within them: ~ and its code.
const encode = (/** @type {string} */ text) =>
  text.replace(/[~._]/g, (letter) => `~${letter.charCodeAt(0).toString(16)}`);
const decode = (/** @type {string} */ text) => decodeURIComponent(encodeURIComponent(text).replaceAll("~", "%"));

export const round = (/** @type {number} */ amount) => Math.round(amount * 100) / 100;

/** @param {string | null} text @param {number} most @returns {number | null} */
function number(text, most) {
  const value = Number(text);
  return text !== null && text !== "" && value >= 0 && value <= most ? value : null;
}

/** How far a spot is moved along a direction. @param {Spot} spot @param {string} method @param {string} name */
export const amountOf = (spot, method, name) =>
  spot.moves.find(([way, which]) => way === method && which === name)?.[2] ?? 0;

/**
 * The spot moved so far along a direction.
 * @param {Spot} spot @param {string} method @param {string} name @param {number} amount
 * @returns {Spot}
 */
export function moved(spot, method, name, amount) {
  const others = spot.moves.filter(([way, which]) => way !== method || which !== name);
  const at = spot.moves.findIndex(([way, which]) => way === method && which === name);
  /** @type {Move} */
  const move = [method, name, amount];
  const moves = amount ? others.toSpliced(at < 0 ? others.length : at, 0, move) : others;
  return { ...spot, moves };
}

/** What to call a picture. @param {Spot} spot @param {string[]} classes */
export function titleOf(spot, classes) {
  const parts = [`seed ${spot.seed}${spot.index ? `, picture ${spot.index + 1}` : ""}`];
  if (spot.label !== null) parts.push(classes[spot.label] ?? `class ${spot.label}`);
  if (spot.truncation !== null) parts.push(`truncated at ${round(spot.truncation)}`);
  if (spot.moves.length) parts.push("moved");
  return parts.join(", ");
}

/** A seed that nobody has chosen. */
export const chance = () => Math.floor(Math.random() * 1_000_000);

/** Whether a value that was read from somewhere is a spot. @param {any} value @returns {value is Spot} */
export const isSpot = (value) =>
  Number.isInteger(value?.seed) && Number.isInteger(value.index) && Array.isArray(value.moves);
