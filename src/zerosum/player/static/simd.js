// @ts-check
// A product of matrices in WebAssembly, four numbers at a time. The module is put together here,
// instruction by instruction, so that there is nothing in the page that cannot be read; where a
// browser has no SIMD, `multiply.js` does the same by itself.
// Instructions: https://webassembly.github.io/spec/core/binary/instructions.html

const I32 = 0x7f;
const V128 = 0x7b;
const [A, B, C, ROWS, DEPTH, COLUMNS] = [0, 1, 2, 3, 4, 5];
const [ROW, COLUMN, STEP, LEFT, RIGHT] = [6, 7, 8, 9, 10];
const [FIRST_HALF, SECOND_HALF, FACTOR] = [11, 12, 13];
const SUMS = 14;
const WIDE = 8;

/** @param {number} value @returns {number[]} a whole number in LEB128, as instructions take it */
function leb(value) {
  const bytes = [];
  for (;;) {
    const low = value & 0x7f;
    value >>= 7;
    const done = (value === 0 && !(low & 0x40)) || (value === -1 && low & 0x40);
    bytes.push(done ? low : low | 0x80);
    if (done) return bytes;
  }
}

/** @param {number} local */
const get = (local) => [0x20, ...leb(local)];
/** @param {number} local */
const set = (local) => [0x21, ...leb(local)];
/** @param {number} value */
const number = (value) => [0x41, ...leb(value)];
const PLUS = [0x6a];
const TIMES = [0x6c];
const LESS = [0x48];
/** @param {number} offset */
const load = (offset) => [0xfd, 0x00, 0x00, ...leb(offset)];
const SPLAT = [0xfd, 0x09, 0x00, 0x00];
/** @param {number} offset */
const store = (offset) => [0xfd, 0x0b, 0x00, ...leb(offset)];
const VECTOR_PLUS = [0xfd, 0xe4, 0x01];
const VECTOR_TIMES = [0xfd, 0xe6, 0x01];
const ZEROS = [0xfd, 0x0c, ...new Array(16).fill(0)];

/** Repeat while local < limit, which adds `step` each time.
 * @param {number} local @param {number[]} limit @param {number} step @param {number[]} body */
const loop = (local, limit, step, body) => [
  ...[0x02, 0x40, 0x03, 0x40], // block, loop
  ...[...get(local), ...limit, ...LESS, 0x45, 0x0d, 0x01], // leave unless it is less
  ...body,
  ...[...get(local), ...number(step), ...PLUS, ...set(local)],
  ...[0x0c, 0x00, 0x0b, 0x0b],
];

/** The address of a number: base + 4 (row · width + column).
 * @param {number} base @param {number[]} row @param {number[]} width @param {number[]} column */
const address = (base, row, width, column) => [
  ...get(base),
  ...[...row, ...width, ...TIMES, ...column, ...PLUS, ...number(4), ...TIMES, ...PLUS],
];

/** So many rows of A, times eight columns of B after eight columns. @param {number} rows */
function strip(rows) {
  const indices = Array.from({ length: rows }, (_, row) => row);
  const sums = indices.map((row) => [SUMS + 2 * row, SUMS + 2 * row + 1]);
  const row = (/** @type {number} */ index) => [...get(ROW), ...number(index), ...PLUS];
  const multiplied = [
    ...[...get(RIGHT), ...load(0), ...set(FIRST_HALF)],
    ...[...get(RIGHT), ...load(16), ...set(SECOND_HALF)],
    ...indices.flatMap((index) => [
      ...get(LEFT),
      ...[...get(DEPTH), ...number(4 * index), ...TIMES, ...PLUS, ...SPLAT, ...set(FACTOR)],
      ...sums[index].flatMap((sum, half) => [
        ...[...get(sum), ...get(FACTOR), ...get(half ? SECOND_HALF : FIRST_HALF)],
        ...[...VECTOR_TIMES, ...VECTOR_PLUS, ...set(sum)],
      ]),
    ]),
    ...[...get(LEFT), ...number(4), ...PLUS, ...set(LEFT)],
    ...[...get(RIGHT), ...get(COLUMNS), ...number(4), ...TIMES, ...PLUS, ...set(RIGHT)],
  ];
  return [
    ...[...number(0), ...set(COLUMN)],
    ...loop(COLUMN, get(COLUMNS), WIDE, [
      ...sums.flat().flatMap((sum) => [...ZEROS, ...set(sum)]),
      ...[...address(A, get(ROW), get(DEPTH), number(0)), ...set(LEFT)],
      ...[...address(B, number(0), get(COLUMNS), get(COLUMN)), ...set(RIGHT)],
      ...[...number(0), ...set(STEP)],
      ...loop(STEP, get(DEPTH), 1, multiplied),
      ...indices.flatMap((index) =>
        sums[index].flatMap((sum, half) => [
          ...address(C, row(index), get(COLUMNS), get(COLUMN)),
          ...[...get(sum), ...store(16 * half)],
        ]),
      ),
    ]),
  ];
}

/** A part of a module, or a list: its length, and what is in it. @param {number[]} bytes */
const sized = (bytes) => [...leb(bytes.length), ...bytes];

/** The module: multiply(a, b, c, rows, depth, columns), addresses in bytes. */
function assemble() {
  const body = [
    ...[2, 5, I32, 11, V128], // Locals: five whole numbers, eleven vectors.
    ...[...number(0), ...set(ROW)],
    ...loop(ROW, [...get(ROWS), ...number(-3), ...PLUS], 4, strip(4)),
    ...loop(ROW, get(ROWS), 1, strip(1)),
    0x0b,
  ];
  const name = (/** @type {string} */ text) => sized([...new TextEncoder().encode(text)]);
  return new Uint8Array([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...[0x01, ...sized([1, 0x60, 6, I32, I32, I32, I32, I32, I32, 0])],
    ...[0x02, ...sized([1, ...name("page"), ...name("memory"), 0x02, 0x00, 0x01])],
    ...[0x03, ...sized([1, 0])],
    ...[0x07, ...sized([1, ...name("multiply"), 0x00, 0x00])],
    ...[0x0a, ...sized([1, ...sized(body)])],
  ]);
}

/**
 * The product of matrices for those in this memory; null where the browser cannot.
 * @param {WebAssembly.Memory} memory
 * @returns {((a: number, b: number, c: number, rows: number, depth: number, columns: number)
 *   => void) | null}
 */
export function fastProduct(memory) {
  try {
    const module = new WebAssembly.Module(assemble());
    const instance = new WebAssembly.Instance(module, { page: { memory } });
    return /** @type {any} */ (instance.exports.multiply);
  } catch {
    return null;
  }
}
