// @ts-check
// The memory of all numbers: one piece, so that WebAssembly reaches them, and used again as soon
// as nothing needs what stands there.

import { fastProduct } from "./simd.js";

const PAGE = 65536;
const ALIGNED = 4; // Numbers: 16 bytes.

/** Says where numbers are to stand, before there is any memory. */
export class Plan {
  constructor() {
    this.size = 0;
    /** @type {{at: number, length: number}[]} */
    this.free = [];
  }

  /** @param {number} count @returns {{at: number, length: number}} */
  take(count) {
    const length = Math.ceil(count / ALIGNED) * ALIGNED;
    const fits = this.free.filter((each) => each.length >= length);
    const best = fits.sort((some, other) => some.length - other.length)[0];
    if (best && best.length <= 2 * length + 1024) {
      this.free.splice(this.free.indexOf(best), 1);
      return best;
    }
    return this.add(length);
  }

  /** Memory behind all that is there. @param {number} count */
  add(count) {
    const length = Math.ceil(count / ALIGNED) * ALIGNED;
    const place = { at: this.size, length };
    this.size += length;
    return place;
  }

  /** @param {{at: number, length: number}} place what nobody needs any more */
  give(place) {
    this.free.push(place);
  }
}

/** Memory for so many numbers, and the product of matrices that stand in it. */
export class Arena {
  /** @param {number} size @param {boolean} [plain] without WebAssembly */
  constructor(size, plain = false) {
    const pages = Math.ceil((4 * size) / PAGE) + 1;
    /** @type {ReturnType<typeof fastProduct>} */
    this.product = null;
    if (!plain && typeof WebAssembly === "object") {
      const memory = new WebAssembly.Memory({ initial: pages });
      this.product = fastProduct(memory);
      this.buffer = memory.buffer;
    } else {
      this.buffer = new ArrayBuffer(pages * PAGE);
    }
  }

  /** @param {number} at @param {number} length */
  numbers(at, length) {
    return new Float32Array(this.buffer, 4 * at, length);
  }
}
