// @ts-check
// What of a long curve can be seen at all.

/** @typedef {{x: ArrayLike<number>, y: ArrayLike<number>}} Curve */

/**
 * The first place at which a rising column is not below a value.
 * @param {ArrayLike<number>} xs @param {number} value
 */
export function placeOf(xs, value) {
  let [low, high] = [0, xs.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (xs[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Keep the least and the most of each column of pixels: the picture stays what it was, no peak is
 * lost. One point to both sides stays, so that lines leave the window where they should.
 * @param {Curve} curve @param {number} from @param {number} to in the units of x
 * @param {number} pixels
 * @returns {[number[], (number | null)[]]}
 */
export function thin({ x, y }, from, to, pixels) {
  const first = Math.max(0, placeOf(x, from) - 1);
  const end = Math.min(x.length, placeOf(x, to) + 2);
  /** @type {number[]} */
  const xs = [];
  /** @type {(number | null)[]} */
  const ys = [];
  const keep = (/** @type {number} */ place) => {
    xs.push(x[place]);
    ys.push(Number.isFinite(y[place]) ? y[place] : null);
  };
  if (end - first <= pixels * 4) {
    for (let place = first; place < end; place += 1) keep(place);
    return [xs, ys];
  }
  const width = (end - first) / pixels;
  for (let pixel = 0; pixel < pixels; pixel += 1)
    for (const place of extremes(
      y,
      first + Math.floor(pixel * width),
      first + Math.floor((pixel + 1) * width),
    ))
      keep(place);
  return [xs, ys];
}

/**
 * Where a stretch is least and most, in order; a gap in it stays a gap.
 * @param {ArrayLike<number>} y @param {number} first @param {number} end
 */
function extremes(y, first, end) {
  let [least, most, gap] = [-1, -1, -1];
  for (let place = first; place < end; place += 1) {
    const value = y[place];
    if (!Number.isFinite(value)) gap = place;
    else {
      if (least < 0 || value < y[least]) least = place;
      if (most < 0 || value > y[most]) most = place;
    }
  }
  return [...new Set([least, most, gap])].filter((place) => place >= 0).sort((a, b) => a - b);
}

/**
 * A running mean that forgets, from its first value on: weight 0 changes nothing.
 * @param {ArrayLike<number>} y @param {number} weight of what was before, below 1
 */
export function smooth(y, weight) {
  const smoothed = new Float64Array(y.length);
  let [mean, known] = [0, 0];
  for (let place = 0; place < y.length; place += 1) {
    if (Number.isFinite(y[place])) {
      mean = weight * mean + (1 - weight) * y[place];
      known = weight * known + (1 - weight);
    }
    // Divided by the weights so far, the mean does not begin at zero (as in Adam).
    smoothed[place] = Number.isFinite(y[place]) ? mean / known : NaN;
  }
  return smoothed;
}
