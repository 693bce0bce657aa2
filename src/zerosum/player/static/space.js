// @ts-check
// Points of a generator's latent space, as `zerosum.latent` has them: z, z and a class, or styles.

/**
 * @typedef {{kind: "normal" | "uniform" | "styles", latents: "normal" | "uniform", size: number,
 *   classes: string[], layers: number, centre: Float32Array}} Space
 */

const PARALLEL = 1e-6;

/** The area below the normal curve up to z: 1/2 + φ(z) (z + z³/3 + z⁵/(3 · 5) + ...).
 * @param {number} z */
export function below(z) {
  let term = z;
  let sum = z;
  for (let odd = 3; Math.abs(term) > 1e-17 * Math.abs(sum); odd += 2) {
    term *= (z * z) / odd;
    sum += term;
  }
  return 0.5 + (sum * Math.exp((-z * z) / 2)) / Math.sqrt(2 * Math.PI);
}

/** The z below which this area lies, looked for from -end to end: by Newton's steps, halved where
 * they leave what is known. @param {number} area @param {number} end */
export function quantile(area, end) {
  let [low, high, z] = [-end, end, 0];
  for (let round = 0; round < 60 && high - low > 1e-12; round++) {
    const off = below(z) - area;
    if (off > 0) high = z;
    else low = z;
    const next = z - off * Math.sqrt(2 * Math.PI) * Math.exp((z * z) / 2);
    const inside = next > low && next < high;
    const moved = inside ? next : (low + high) / 2;
    if (Math.abs(moved - z) < 1e-13) return moved;
    z = moved;
  }
  return z;
}

/** Closer to what is typical; null leaves points as they are.
 * @param {Space} space @param {Float32Array} point @param {number | null} truncation */
export function truncate(space, point, truncation) {
  if (truncation === null) return point;
  if (space.kind === "styles")
    return point.map((value, index) => {
      const centre = space.centre[index % space.centre.length];
      return centre + truncation * (value - centre);
    });
  const moved = point.slice();
  const low = below(-truncation);
  for (let index = 0; index < space.size; index++)
    moved[index] =
      space.kind === "uniform"
        ? truncation * point[index]
        : quantile(low + below(point[index]) * (1 - 2 * low), truncation);
  return moved;
}

/** @param {Float32Array} vector */
const lengthOf = (vector) => Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));

/** The angle between two vectors: 2 atan2(‖u − v‖, ‖u + v‖) of their directions.
 * @param {Float32Array} start @param {Float32Array} end */
function angle(start, end) {
  const [a, b] = [lengthOf(start), lengthOf(end)].map((length) => Math.max(length, 1e-30));
  let [less, more] = [0, 0];
  for (let index = 0; index < start.length; index++) {
    less += (start[index] / a - end[index] / b) ** 2;
    more += (start[index] / a + end[index] / b) ** 2;
  }
  return 2 * Math.atan2(Math.sqrt(less), Math.sqrt(more));
}

/** @param {Float32Array} start @param {Float32Array} end @param {number} time */
const lerp = (start, end, time) =>
  start.map((value, index) => (1 - time) * value + time * end[index]);

/** Along a great circle, with a length that changes evenly (Shoemake 1985).
 * @param {Float32Array} start @param {Float32Array} end @param {number} time */
export function slerp(start, end, time) {
  const theta = angle(start, end);
  const sine = Math.sin(theta);
  if (sine <= PARALLEL) return lerp(start, end, time);
  const [a, b] = [lengthOf(start), lengthOf(end)];
  const length = (1 - time) * a + time * b;
  const left = (Math.sin((1 - time) * theta) / sine / a) * length;
  const right = (Math.sin(time * theta) / sine / b) * length;
  return start.map((value, index) => left * value + right * end[index]);
}

/** A point on the way from one to another; classes are mixed evenly.
 * @param {Space} space @param {Float32Array} start @param {Float32Array} end
 * @param {number} time from 0 to 1 */
export function between(space, start, end, time) {
  const point = lerp(start, end, time);
  if (space.kind === "normal")
    point.set(slerp(start.subarray(0, space.size), end.subarray(0, space.size), time));
  return point;
}

/** How long that way is. @param {Space} space @param {Float32Array} start @param {Float32Array} end */
export function distance(space, start, end) {
  if (space.kind === "styles") return lengthOf(start.map((value, index) => value - end[index]));
  const [a, b] = [start.subarray(0, space.size), end.subarray(0, space.size)];
  return space.kind === "normal" ? angle(a, b) : lengthOf(a.map((value, i) => value - b[i]));
}
