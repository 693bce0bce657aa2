// @ts-check
// From a slider's places to values and back: by equal steps, or by equal ratios over decades.

const PLACES = 1000;

/** @typedef {{minimum: number, maximum: number, whole?: boolean, log?: boolean}} Range */

/** What a slider is told. @param {Range} range */
export function places({ minimum, maximum, whole, log }) {
  if (log) return { min: 0, max: PLACES, step: 1 };
  if (whole) return { min: minimum, max: maximum, step: 1 };
  return { min: minimum, max: maximum, step: "any" };
}

/** @param {Range} range @param {number} value */
export function placeOf({ minimum, maximum, log }, value) {
  if (!log) return value;
  return (PLACES * Math.log(value / minimum)) / Math.log(maximum / minimum);
}

/** @param {Range} range @param {number} place */
export function valueAt({ minimum, maximum, whole, log }, place) {
  if (whole && !log) return place;
  const value = log ? minimum * (maximum / minimum) ** (place / PLACES) : place;
  // As many digits as a slider of a few hundred pixels can tell apart.
  const digits = log
    ? 2
    : Math.max(1, Math.ceil(Math.log10((300 * Math.abs(value)) / (maximum - minimum) + 1)));
  const rounded = Number(value.toPrecision(Math.min(digits, 12)));
  const kept = whole ? Math.round(rounded) : rounded;
  return Math.min(maximum, Math.max(minimum, kept));
}
