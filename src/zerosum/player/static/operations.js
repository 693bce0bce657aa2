// @ts-check
// What a graph is made of. Each function computes the output of a step from its inputs; all shapes
// are known beforehand.

import { convolution, transposedConvolution } from "./convolution.js";
import { multiplyVector } from "./multiply.js";

/** @typedef {import("./graph.js").Step} Step */

/** A function of each number by itself. @param {(value: number, options: any) => number} compute
 * @returns {(step: Step) => void} */
const alone =
  (compute) =>
  ({ inputs: [values], output, options }) => {
    for (let index = 0; index < output.length; index++)
      output[index] = compute(values[index], options);
  };

/** A function of two numbers each; an axis of length 1 is repeated.
 * @param {(some: number, other: number) => number} compute @returns {(step: Step) => void} */
const both = (compute) => (step) => {
  const { inputs, output, shapes, shape } = step;
  const [some, others] = inputs;
  if (some.length === output.length && others.length === output.length) {
    for (let index = 0; index < output.length; index++)
      output[index] = compute(some[index], others[index]);
    return;
  }
  const steps = shapes.map((each) => repeated(each, shape));
  const width = shape[shape.length - 1] ?? 1;
  const [left, right] = steps.map((each) => each[each.length - 1] ?? 0);
  eachLine(shape, steps, (at, [first, second]) => {
    for (let index = 0; index < width; index++)
      output[at + index] = compute(some[first + index * left], others[second + index * right]);
  });
};

/** How far the next number along each axis is; 0 along one that is repeated.
 * @param {number[]} from @param {number[]} to */
function repeated(from, to) {
  const lead = to.length - from.length;
  let size = 1;
  const steps = new Array(to.length).fill(0);
  for (let axis = from.length - 1; axis >= 0; axis--) {
    steps[axis + lead] = from[axis] === 1 ? 0 : size;
    size *= from[axis];
  }
  return steps;
}

/** Go through all lines along the last axis.
 * @param {number[]} shape @param {number[][]} steps of each input
 * @param {(at: number, places: number[]) => void} visit */
function eachLine(shape, steps, visit) {
  const outer = shape.slice(0, -1);
  const width = shape[shape.length - 1] ?? 1;
  const count = outer.reduce((product, length) => product * length, 1);
  const index = new Array(outer.length).fill(0);
  const places = new Array(steps.length).fill(0);
  for (let line = 0; line < count; line++) {
    visit(line * width, places);
    for (let axis = outer.length - 1; axis >= 0; axis--) {
      index[axis]++;
      for (let input = 0; input < steps.length; input++) places[input] += steps[input][axis];
      if (index[axis] < outer[axis]) break;
      for (let input = 0; input < steps.length; input++)
        places[input] -= steps[input][axis] * outer[axis];
      index[axis] = 0;
    }
  }
}

/** Where one of the inputs is not 0 the second, elsewhere the third. @param {Step} step */
function where({ inputs: [which, some, others], output, shapes, shape }) {
  const steps = shapes.map((each) => repeated(each, shape));
  const width = shape[shape.length - 1] ?? 1;
  const last = steps.map((each) => each[each.length - 1] ?? 0);
  eachLine(shape, steps, (at, [first, second, third]) => {
    for (let index = 0; index < width; index++)
      output[at + index] = which[first + index * last[0]]
        ? some[second + index * last[1]]
        : others[third + index * last[2]];
  });
}

/** Rows of values, by the rows of a matrix, and a term for each. @param {Step} step */
function linear({ inputs: [values, weight, bias], output, shapes }) {
  const [outputs, depth] = shapes[1];
  for (let row = 0; row * depth < values.length; row++) {
    const to = output.subarray(row * outputs, (row + 1) * outputs);
    multiplyVector(weight, values.subarray(row * depth, (row + 1) * depth), to, outputs, depth);
    if (bias) for (let index = 0; index < outputs; index++) to[index] += bias[index % bias.length];
  }
}

/** Parts of equal length, each with mean 0 and variance 1. @param {Step} step */
function normalise({ inputs: [values], output, options: { parts, epsilon } }) {
  const length = values.length / parts;
  for (let start = 0; start < values.length; start += length) {
    let mean = 0;
    for (let index = start; index < start + length; index++) mean += values[index];
    mean /= length;
    let variance = 0;
    for (let index = start; index < start + length; index++)
      variance += (values[index] - mean) ** 2;
    const factor = 1 / Math.sqrt(variance / length + epsilon);
    for (let index = start; index < start + length; index++)
      output[index] = (values[index] - mean) * factor;
  }
}

/** @param {Step} step */
function mean({ inputs: [values], output, shapes: [shape], options: { axes } }) {
  const kept = shape.map((length, axis) => (axes.includes(axis) ? 1 : length));
  const steps = repeated(kept, shape);
  const width = shape[shape.length - 1] ?? 1;
  const last = steps[steps.length - 1] ?? 0;
  const sums = new Float64Array(output.length);
  eachLine(shape, [steps], (at, [to]) => {
    for (let index = 0; index < width; index++) sums[to + index * last] += values[at + index];
  });
  for (let index = 0; index < output.length; index++)
    output[index] = (sums[index] * output.length) / values.length;
}

/** @param {Step} step */
function expand({ inputs: [values], output, shapes: [from], shape }) {
  const steps = repeated(from, shape);
  const width = shape[shape.length - 1] ?? 1;
  const last = steps[steps.length - 1] ?? 0;
  eachLine(shape, [steps], (at, [place]) => {
    for (let index = 0; index < width; index++) output[at + index] = values[place + index * last];
  });
}

/** Some places along one axis. @param {Step} step */
function slice({ inputs: [values], output, shapes: [from], shape, options }) {
  const { axis, start, step } = options;
  const inner = from.slice(axis + 1).reduce((product, length) => product * length, 1);
  let at = 0;
  for (let outer = 0; outer < values.length; outer += from[axis] * inner)
    for (let place = 0; place < shape[axis]; place++) {
      const first = outer + (start + place * step) * inner;
      output.set(values.subarray(first, first + inner), at);
      at += inner;
    }
}

/** One after the other along one axis. @param {Step} step */
function join({ inputs, output, shape, options: { axis } }) {
  const outer = shape.slice(0, axis).reduce((product, length) => product * length, 1);
  let at = 0;
  for (let index = 0; index < outer; index++)
    for (const values of inputs) {
      const length = values.length / outer;
      output.set(values.subarray(index * length, (index + 1) * length), at);
      at += length;
    }
}

/** @param {Step} step */
function upsampleNearest({ inputs: [maps], output, shapes: [from], shape }) {
  const [, , tall, wide] = from;
  const [n, channels, height, width] = shape;
  let at = 0;
  for (let index = 0; index < n * channels; index++)
    for (let row = 0; row < height; row++) {
      const start = (index * tall + Math.floor((row * tall) / height)) * wide;
      for (let column = 0; column < width; column++)
        output[at++] = maps[start + Math.floor((column * wide) / width)];
    }
}

/** Places and shares of the two rows between which each row lies.
 * @param {number} length @param {number} before @param {boolean} aligned the corners are */
function between(length, before, aligned) {
  return Array.from({ length }, (_, index) => {
    const at = aligned
      ? (index * (before - 1)) / Math.max(1, length - 1)
      : Math.max(0, ((index + 0.5) * before) / length - 0.5);
    const first = Math.min(Math.floor(at), before - 1);
    return { first, second: Math.min(first + 1, before - 1), share: at - first };
  });
}

/** @param {Step} step */
function upsampleBilinear({ inputs: [maps], output, shapes: [from], shape, options }) {
  const [, , tall, wide] = from;
  const [n, channels, height, width] = shape;
  const rows = between(height, tall, options.aligned);
  const columns = between(width, wide, options.aligned);
  let at = 0;
  for (let index = 0; index < n * channels; index++)
    for (const row of rows) {
      const upper = (index * tall + row.first) * wide;
      const lower = (index * tall + row.second) * wide;
      for (const { first, second, share } of columns) {
        const above = maps[upper + first] * (1 - share) + maps[upper + second] * share;
        const below = maps[lower + first] * (1 - share) + maps[lower + second] * share;
        output[at++] = above * (1 - row.share) + below * row.share;
      }
    }
}

/** The functions by name; `reshape` is none: it gives the same numbers.
 * @type {Record<string, (step: Step) => void>} */
export const OPERATIONS = {
  linear,
  convolution,
  transposed_convolution: transposedConvolution,
  normalise,
  mean,
  where,
  expand,
  slice,
  join,
  upsample_nearest: upsampleNearest,
  upsample_bilinear: upsampleBilinear,
  relu: alone((value) => (value > 0 ? value : 0)),
  leaky_relu: alone((value, { slope }) => (value > 0 ? value : slope * value)),
  power: alone((value, { exponent }) => value ** exponent),
  tanh: alone(Math.tanh),
  sigmoid: alone((value) => 1 / (1 + Math.exp(-value))),
  exp: alone(Math.exp),
  log: alone(Math.log),
  log1p: alone(Math.log1p),
  rsqrt: alone((value) => 1 / Math.sqrt(value)),
  sqrt: alone(Math.sqrt),
  neg: alone((value) => -value),
  abs: alone(Math.abs),
  sin: alone(Math.sin),
  cos: alone(Math.cos),
  add: both((some, other) => some + other),
  subtract: both((some, other) => some - other),
  multiply: both((some, other) => some * other),
  divide: both((some, other) => some / other),
  greater: both((some, other) => (some > other ? 1 : 0)),
};
