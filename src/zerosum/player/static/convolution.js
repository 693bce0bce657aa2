// @ts-check
// Convolutions as products of matrices: what lies under the filter at each place becomes a column.
// Some rows of the picture are done at a time, so that the columns stay in the processor's cache.

import { multiply, multiplyVector, WIDTH } from "./multiply.js";

/** @typedef {import("./graph.js").Step} Step */

const AT_ONCE = 1 << 16;

/** Room for a product: columns of what is under the filter, and of what comes out.
 * @param {number} depth @param {number} outputs @param {number} width @param {number} height */
function strips(depth, outputs, width, height) {
  const most = Math.max(1, Math.floor(AT_ONCE / (Math.max(depth, outputs) * width)));
  const rows = Math.min(height, Math.max(most, Math.ceil(32 / width)));
  const columns = Math.ceil((rows * width) / WIDTH) * WIDTH;
  return { rows, columns };
}

/** How many numbers of scratch memory a step needs. @param {Step} step */
export function roomOf(step) {
  if (!step.name.endsWith("convolution")) return 0;
  const { depth, outputs, width, height } = sizes(step);
  if (depth === 0) return 0;
  const { columns } = strips(depth, outputs, width, height);
  return columns * (depth + outputs);
}

/** @param {Step} step */
function sizes({ name, shapes, shape, options }) {
  const [, inputs, tall, wide] = shapes[0];
  const [, outputs, height, width] = shape;
  const groups = options.groups;
  if (name === "transposed_convolution") {
    const [high, long] = options.kernel;
    return { depth: inputs / groups, outputs: (outputs / groups) * high * long, width: wide, height: tall };
  }
  const [, each, high, long] = shapes[1];
  const depth = isDepthwise(inputs, outputs, groups) ? 0 : each * high * long;
  return { depth, outputs: outputs / groups, width, height };
}

/** @param {number} inputs @param {number} outputs @param {number} groups */
const isDepthwise = (inputs, outputs, groups) => groups === inputs && groups === outputs;

/** @param {Step} step */
export function convolution(step) {
  const { arena, inputs, output, shapes, shape, options, scratch } = step;
  const [maps, weight, bias] = inputs;
  const [n, channels, tall, wide] = shapes[0];
  const [, outputs, height, width] = shape;
  const groups = options.groups;
  if (isDepthwise(channels, outputs, groups)) {
    depthwise(step);
    return;
  }
  const [, each, high, long] = shapes[1];
  const depth = each * high * long;
  const mine = outputs / groups;
  const strip = strips(depth, mine, width, height);
  for (let index = 0; index < n * groups; index++) {
    const group = index % groups;
    const from = maps.subarray(index * each * tall * wide, (index + 1) * each * tall * wide);
    const filters = weight.subarray(group * mine * depth, (group + 1) * mine * depth);
    for (let top = 0; top < height; top += strip.rows) {
      const rows = Math.min(strip.rows, height - top);
      const columns = Math.ceil((rows * width) / WIDTH) * WIDTH;
      const under = scratch.subarray(0, depth * columns);
      const product = scratch.subarray(depth * columns, (depth + mine) * columns);
      gather(from, under, columns, top, rows, shapes[0], shapes[1], width, options);
      multiply(arena, filters, under, product, mine, depth, columns);
      for (let channel = 0; channel < mine; channel++) {
        const at = (index * mine + channel) * height * width + top * width;
        const term = bias ? bias[group * mine + channel] : 0;
        const start = channel * columns;
        for (let place = 0; place < rows * width; place++)
          output[at + place] = product[start + place] + term;
      }
    }
  }
}

/** What lies under each number of the filter, for some rows of the output.
 * @param {Float32Array} from @param {Float32Array} under @param {number} columns
 * @param {number} top @param {number} rows @param {number[]} maps @param {number[]} filters
 * @param {number} width @param {any} options */
function gather(from, under, columns, top, rows, maps, filters, width, options) {
  const [, , tall, wide] = maps;
  const [, each, high, long] = filters;
  const { stride, padding } = options;
  let line = 0;
  for (let channel = 0; channel < each; channel++)
    for (let down = 0; down < high; down++)
      for (let right = 0; right < long; right++) {
        let at = line * columns;
        for (let row = top; row < top + rows; row++) {
          const y = row * stride[0] - padding[0] + down;
          const start = (channel * tall + y) * wide;
          const outside = y < 0 || y >= tall;
          let x = right - padding[1];
          for (let column = 0; column < width; column++) {
            under[at++] = outside || x < 0 || x >= wide ? 0 : from[start + x];
            x += stride[1];
          }
        }
        line++;
      }
}

/** Each channel by itself, as a blur does. @param {Step} step */
function depthwise({ inputs, output, shapes, shape, options }) {
  const [maps, weight, bias] = inputs;
  const [n, channels, tall, wide] = shapes[0];
  const [, , height, width] = shape;
  const [, , high, long] = shapes[1];
  const { stride, padding } = options;
  for (let index = 0; index < n * channels; index++) {
    const channel = index % channels;
    const to = index * height * width;
    output.fill(bias ? bias[channel] : 0, to, to + height * width);
    for (let down = 0; down < high; down++)
      for (let right = 0; right < long; right++) {
        const factor = weight[(channel * high + down) * long + right];
        const shift = right - padding[1];
        const first = Math.max(0, Math.ceil(-shift / stride[1]));
        const last = Math.min(width - 1, Math.floor((wide - 1 - shift) / stride[1]));
        for (let row = 0; row < height; row++) {
          const y = row * stride[0] - padding[0] + down;
          if (y < 0 || y >= tall) continue;
          const start = (index * tall + y) * wide + shift;
          const at = to + row * width;
          for (let column = first; column <= last; column++)
            output[at + column] += factor * maps[start + column * stride[1]];
        }
      }
  }
}

/** The other way: each number is spread over the places under the filter.
 * Its weights come as (groups, outputs · height · width of the filter, inputs). @param {Step} step */
export function transposedConvolution(step) {
  const { arena, inputs, output, shapes, shape, options, scratch } = step;
  const [maps, weight, bias] = inputs;
  const [n, channels, tall, wide] = shapes[0];
  const [, outputs, height, width] = shape;
  const { groups, kernel } = options;
  const places = tall * wide;
  const depth = channels / groups;
  const spread = (outputs / groups) * kernel[0] * kernel[1];
  const strip = strips(depth, spread, wide, tall);
  for (let index = 0; index < n * outputs; index++) {
    const term = bias ? bias[index % outputs] : 0;
    output.fill(term, index * height * width, (index + 1) * height * width);
  }
  for (let index = 0; index < n * groups; index++) {
    const group = index % groups;
    const filters = weight.subarray(group * spread * depth, (group + 1) * spread * depth);
    const to = output.subarray((index * outputs * height * width) / groups);
    for (let top = 0; top < tall; top += strip.rows) {
      const rows = Math.min(strip.rows, tall - top);
      const some = rows * wide;
      const columns = some === 1 ? 1 : Math.ceil(some / WIDTH) * WIDTH;
      const given = scratch.subarray(0, depth * columns);
      const product = scratch.subarray(depth * columns, (depth + spread) * columns);
      for (let channel = 0; channel < depth; channel++) {
        const start = (index * depth + channel) * places + top * wide;
        for (let place = 0; place < some; place++)
          given[channel * columns + place] = maps[start + place];
      }
      if (columns === 1) multiplyVector(filters, given, product, spread, depth);
      else multiply(arena, filters, given, product, spread, depth, columns);
      scatter(product, to, columns, top, rows, wide, outputs / groups, height, width, options);
    }
  }
}

/** Add each product where it belongs.
 * @param {Float32Array} product @param {Float32Array} to @param {number} columns
 * @param {number} top @param {number} rows @param {number} wide @param {number} outputs
 * @param {number} height @param {number} width @param {any} options */
function scatter(product, to, columns, top, rows, wide, outputs, height, width, options) {
  const { kernel, stride, padding } = options;
  let line = 0;
  for (let channel = 0; channel < outputs; channel++)
    for (let down = 0; down < kernel[0]; down++)
      for (let right = 0; right < kernel[1]; right++) {
        for (let row = 0; row < rows; row++) {
          const y = (top + row) * stride[0] - padding[0] + down;
          if (y < 0 || y >= height) continue;
          const start = line * columns + row * wide;
          const at = (channel * height + y) * width;
          let x = right - padding[1];
          for (let column = 0; column < wide; column++) {
            if (x >= 0 && x < width) to[at + x] += product[start + column];
            x += stride[1];
          }
        }
        line++;
      }
}
