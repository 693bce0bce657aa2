// @ts-check
// The latents of a seed as zerosum draws them: by PyTorch's generator, a Mersenne twister
// (Matsumoto & Nishimura 1998, https://doi.org/10.1145/272991.272995), which starts from a hash of
// the seed (BLAKE2b, https://www.rfc-editor.org/rfc/rfc7693).

const WORD = (1n << 64n) - 1n;
const START = [
  ...[0x6a09e667f3bcc908n, 0xbb67ae8584caa73bn, 0x3c6ef372fe94f82bn, 0xa54ff53a5f1d36f1n],
  ...[0x510e527fade682d1n, 0x9b05688c2b3e6c1fn, 0x1f83d9abfb41bd6bn, 0x5be0cd19137e2179n],
];
const ORDERS = [
  "0123456789abcdef",
  "ea489fd61c02b753",
  "b8c052fdae367194",
  "7931dcbe265a40f8",
  "905724afe1bc683d",
  "2c6a0b834d75fe19",
  "c51fed4a0763928b",
  "db7ec13950f4862a",
  "6fe9b308c2d714a5",
  "a2847615fb9e3cd0",
].map((text) => [...text].map((digit) => parseInt(digit, 16)));
const QUARTERS = [
  ...[[0, 4, 8, 12], [1, 5, 9, 13], [2, 6, 10, 14], [3, 7, 11, 15]],
  ...[[0, 5, 10, 15], [1, 6, 11, 12], [2, 7, 8, 13], [3, 4, 9, 14]],
];
const BLOCK = 128;

/** BLAKE2b of at most 128 bytes, 8 bytes long, the least significant first.
 * @param {Uint8Array} message @returns {bigint} */
export function hash(message) {
  const block = new Uint8Array(BLOCK);
  block.set(message);
  const bytes = new DataView(block.buffer);
  const words = Array.from({ length: 16 }, (_, index) => bytes.getBigUint64(8 * index, true));
  const state = [...START, ...START];
  state[0] ^= 0x01010008n; // No key, 8 bytes.
  state[12] ^= BigInt(message.length);
  state[14] ^= WORD;
  const turn = (/** @type {bigint} */ value, /** @type {bigint} */ by) =>
    ((value >> by) | (value << (64n - by))) & WORD;
  for (let round = 0; round < 12; round++) {
    const order = ORDERS[round % 10];
    QUARTERS.forEach(([a, b, c, d], index) => {
      state[a] = (state[a] + state[b] + words[order[2 * index]]) & WORD;
      state[d] = turn(state[d] ^ state[a], 32n);
      state[c] = (state[c] + state[d]) & WORD;
      state[b] = turn(state[b] ^ state[c], 24n);
      state[a] = (state[a] + state[b] + words[order[2 * index + 1]]) & WORD;
      state[d] = turn(state[d] ^ state[a], 16n);
      state[c] = (state[c] + state[d]) & WORD;
      state[b] = turn(state[b] ^ state[c], 63n);
    });
  }
  return START[0] ^ 0x01010008n ^ state[0] ^ state[8];
}

/** A Mersenne twister: whole numbers of 32 bits. @param {number} seed @returns {() => number} */
export function twister(seed) {
  const state = new Uint32Array(624);
  state[0] = seed;
  for (let index = 1; index < 624; index++) {
    const before = state[index - 1] ^ (state[index - 1] >>> 30);
    state[index] = Math.imul(1812433253, before) + index;
  }
  let next = 624;
  const mix = () => {
    for (let index = 0; index < 624; index++) {
      const both = (state[index] & 0x80000000) | (state[(index + 1) % 624] & 0x7fffffff);
      state[index] = state[(index + 397) % 624] ^ (both >>> 1) ^ (both & 1 ? 0x9908b0df : 0);
    }
    next = 0;
  };
  return () => {
    if (next === 624) mix();
    let value = state[next++];
    value ^= value >>> 11;
    value ^= (value << 7) & 0x9d2c5680;
    value ^= (value << 15) & 0xefc60000;
    return (value ^ (value >>> 18)) >>> 0;
  };
}

/** Numbers in [0, 1) of 24 bits. @param {() => number} draw */
const unit = (draw) => (draw() & 0xffffff) / 0x1000000;

/** Numbers in [0, 1) of 53 bits. @param {() => number} draw */
function fineUnit(draw) {
  const high = draw() & 0x1fffff;
  return (high * 0x100000000 + draw()) / 0x20000000000000;
}

/** N(0, 1), by pairs (Box & Muller 1958), in PyTorch's order.
 * @param {number} size @param {() => number} draw */
function normal(size, draw) {
  const numbers = new Float32Array(size);
  if (size < 16) {
    for (let index = 0; index < size; index += 2) {
      const [angle, share] = [2 * Math.PI * fineUnit(draw), fineUnit(draw)];
      const radius = Math.sqrt(-2 * Math.log1p(-share));
      numbers[index] = radius * Math.cos(angle);
      if (index + 1 < size) numbers[index + 1] = radius * Math.sin(angle);
    }
    return numbers;
  }
  const fill = (/** @type {number} */ start) => {
    for (let index = start; index < start + 8; index++) {
      const radius = Math.sqrt(-2 * Math.log(1 - numbers[index]));
      const angle = 2 * Math.PI * numbers[index + 8];
      numbers[index] = radius * Math.cos(angle);
      numbers[index + 8] = radius * Math.sin(angle);
    }
  };
  for (let index = 0; index < size; index++) numbers[index] = unit(draw);
  for (let start = 0; start + 16 <= size; start += 16) fill(start);
  if (size % 16) {
    for (let index = size - 16; index < size; index++) numbers[index] = unit(draw);
    fill(size - 16);
  }
  return numbers;
}

/**
 * The z of a picture of a seed.
 * @param {string} distribution normal, or uniform from -1 to 1 @param {number} size
 * @param {number} seed @param {number} [index] the number of the picture
 */
export function latentsOf(distribution, size, seed, index = 0) {
  const text = `int:${seed}\0str:sample\0int:${index}`;
  const start = Number((hash(new TextEncoder().encode(text)) >> 1n) & 0xffffffffn);
  const draw = twister(start);
  if (distribution === "normal") return normal(size, draw);
  return Float32Array.from({ length: size }, () => unit(draw) * 2 - 1);
}
