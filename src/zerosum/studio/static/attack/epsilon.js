// @ts-check
// ε: how it is written, and where it lies on the slider, which is finer for small ones.

/** Places of the slider. */
export const PLACES = 200;

/**
 * The greatest ε of the slider: half the way from black to white.
 * @param {string} norm @param {number} count numbers in a picture
 */
export const largest = (norm, count) => (norm === "linf" ? 0.5 : Math.sqrt(count) / 4);

/** @param {number} place @param {number} most */
export const epsilonAt = (place, most) => round(most * (place / PLACES) ** 2);

/** @param {number} epsilon @param {number} most */
export const placeOf = (epsilon, most) =>
  Math.round(PLACES * Math.sqrt(Math.min(1, Math.max(0, epsilon / most))));

/**
 * The ε of another norm at the same place.
 * @param {number} epsilon @param {string} from @param {string} to norms @param {number} count
 */
export const converted = (epsilon, from, to, count) =>
  from === to ? epsilon : epsilonAt(placeOf(epsilon, largest(from, count)), largest(to, count));

/** What was typed: a number or a fraction such as 8/255; null where it is neither.
 * @param {string} text @returns {number | null} */
export function parseEpsilon(text) {
  const match = /^\s*(\d*\.?\d+)\s*(?:\/\s*(\d*\.?\d+)\s*)?$/.exec(text);
  if (!match) return null;
  const value = Number(match[1]) / (match[2] === undefined ? 1 : Number(match[2]));
  return Number.isFinite(value) ? value : null;
}

/** Three digits that count. @param {number} value */
const round = (value) => Number(value.toPrecision(3));

/** As it is shown. @param {number} value */
export const written = (value) => String(round(value));

/** In grey levels, where it is that of each pixel. @param {string} norm @param {number} epsilon */
export const levels = (norm, epsilon) =>
  norm === "linf"
    ? `each pixel by at most ${round(255 * epsilon)} of 255 grey levels`
    : "the length of all changes together";
