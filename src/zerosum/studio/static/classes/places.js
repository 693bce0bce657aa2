// @ts-check
// Points of a map: where they are drawn, which is near, and which comes next by an arrow key.

/** The map is a square of so many units. */
export const SIDE = 1000;
const MARGIN = 30;

/**
 * @typedef {{x: number, y: number, domain: string, place: number, number: number,
 *   true: number | null, isWrong: boolean}} Point
 */

/**
 * The points of all domains in the square, x and y in one scale.
 * @param {import("./asking.js").Mapped} found @returns {Point[]}
 */
export function placed({ domains }) {
  const [xs, ys] = [domains.flatMap(({ x }) => x), domains.flatMap(({ y }) => y)];
  const [left, right] = [Math.min(...xs), Math.max(...xs)];
  const [low, high] = [Math.min(...ys), Math.max(...ys)];
  const scale = (SIDE - 2 * MARGIN) / Math.max(right - left, high - low, 1e-9);
  const middle = SIDE / 2;
  return domains.flatMap((each, place) =>
    each.numbers.map((number, i) => ({
      x: rounded(middle + scale * (each.x[i] - (left + right) / 2)),
      y: rounded(middle - scale * (each.y[i] - (low + high) / 2)),
      domain: each.domain,
      place,
      number,
      true: each.true?.[i] ?? null,
      isWrong: each.true !== null && each.true[i] !== each.said[i],
    })),
  );
}

const rounded = (/** @type {number} */ value) => Math.round(10 * value) / 10;

/**
 * The point that is nearest to a place, within a reach.
 * @param {Point[]} points @param {number} x @param {number} y @param {number} reach
 * @returns {Point | null}
 */
export function nearest(points, x, y, reach) {
  let [best, least] = [/** @type {Point | null} */ (null), reach];
  for (const each of points) {
    const distance = Math.hypot(each.x - x, each.y - y);
    if (distance < least) [best, least] = [each, distance];
  }
  return best;
}

/**
 * The next point in the direction of an arrow key; the first one where none is chosen.
 * @param {Point[]} points @param {Point | null} from @param {string} key @returns {Point | null}
 */
export function across(points, from, key) {
  const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[key];
  if (!way || !points.length) return null;
  if (!from) return nearest(points, SIDE / 2, SIDE / 2, Infinity);
  let [best, least] = [/** @type {Point | null} */ (null), Infinity];
  for (const each of points) {
    const ahead = way[0] * (each.x - from.x) + way[1] * (each.y - from.y);
    const aside = Math.abs(way[1] * (each.x - from.x) - way[0] * (each.y - from.y));
    // What lies more aside than ahead is reached by another key.
    if (ahead > 0 && aside <= ahead && ahead + 2 * aside < least)
      [best, least] = [each, ahead + 2 * aside];
  }
  return best;
}
