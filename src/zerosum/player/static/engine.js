// @ts-check
// The generator: from what is chosen in the page to a point, from points to pictures.

import { prepare } from "./graph.js";
import { latentsOf } from "./latents.js";
import { between, distance, truncate } from "./space.js";

/**
 * @typedef {{seed: number, label: number, truncation: number | null, moves: number[],
 *   fine: number | null, layer: number}} Choice
 *   `moves` are in standard deviations along the directions; with `fine` the layers from `layer`
 *   on have the styles of that seed
 */

/** Numbers of 32 bits from their text. @param {string} text in base64 */
export function numbersOf(text) {
  const letters = atob(text);
  const bytes = new Uint8Array(letters.length);
  for (let index = 0; index < letters.length; index++) bytes[index] = letters.charCodeAt(index);
  return new Float32Array(bytes.buffer);
}

export class Engine {
  /** @param {any} model @param {string} text its numbers @param {boolean} [plain] */
  constructor(model, text, plain = false) {
    const numbers = numbersOf(text);
    const part = (/** @type {{at: number, size: number}} */ { at, size }) =>
      numbers.slice(at, at + size);
    this.model = model;
    this.space = { ...model.space, centre: part(model.space.centre) };
    this.directions = model.directions.map((/** @type {any} */ each) => part(each));
    this.mapping = model.mapping ? prepare(model.mapping, numbers, plain) : null;
    this.synthesis = prepare(model.synthesis, numbers, plain);
  }

  /** The point of a seed. @param {number} seed @param {number} label @returns {Float32Array} */
  locate(seed, label) {
    const { latents, size, classes } = this.space;
    const given = new Float32Array(size + classes.length);
    given.set(latentsOf(latents, size, seed));
    if (classes.length) given[size + label] = 1;
    return this.mapping ? this.mapping(given).slice() : given;
  }

  /** @param {Choice} choice @returns {Float32Array} */
  point({ seed, label, truncation, moves, fine, layer }) {
    const { space } = this;
    const point = truncate(space, this.locate(seed, label), truncation).slice();
    if (fine !== null && space.layers) {
      const from = (point.length / space.layers) * layer;
      point.set(truncate(space, this.locate(fine, label), truncation).subarray(from), from);
    }
    moves.forEach((move, number) => {
      const direction = this.directions[number];
      if (move)
        for (let index = 0; index < point.length; index++)
          point[index] += move * this.model.deviation * direction[index % direction.length];
    });
    return point;
  }

  /** @param {Choice} start @param {Choice} end @param {number} time */
  between(start, end, time) {
    return between(this.space, this.point(start), this.point(end), time);
  }

  /** @param {Choice} start @param {Choice} end */
  distance(start, end) {
    return distance(this.space, this.point(start), this.point(end));
  }

  /** A picture's pixels, red, green, blue and opacity. @param {Float32Array} point */
  draw(point) {
    const pixels = this.synthesis(point);
    const [channels, height, width] = this.model.shape;
    const bytes = new Uint8ClampedArray(4 * height * width).fill(255);
    for (let channel = 0; channel < 4; channel++) {
      if (channel === 3 && channels !== 4) break;
      const start = (channels < 3 ? 0 : channel) * height * width;
      for (let place = 0; place < height * width; place++)
        bytes[4 * place + channel] = (pixels[start + place] + 1) * 127.5; // Rounded, and cut.
    }
    return bytes;
  }

  /** What the page asks for. @param {any} asked @returns {any} */
  answer(asked) {
    if (asked.kind === "distance") return { distance: this.distance(asked.start, asked.end) };
    const { choice, end, time } = asked;
    const began = performance.now();
    const pixels = this.draw(end ? this.between(choice, end, time) : this.point(choice));
    return { pixels, spent: performance.now() - began };
  }
}
