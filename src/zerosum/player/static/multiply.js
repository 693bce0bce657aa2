// @ts-check
// Products of matrices: nearly all of the time goes here.

/** Columns are a multiple of this; who has fewer fills up. */
export const WIDTH = 8;

/**
 * c = a · b, rows after rows.
 * @param {import("./arena.js").Arena} arena
 * @param {Float32Array} a (rows, depth) @param {Float32Array} b (depth, columns)
 * @param {Float32Array} c (rows, columns), with columns a multiple of WIDTH
 * @param {number} rows @param {number} depth @param {number} columns
 */
export function multiply(arena, a, b, c, rows, depth, columns) {
  if (arena.product) {
    arena.product(a.byteOffset, b.byteOffset, c.byteOffset, rows, depth, columns);
    return;
  }
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column += 4) {
      let [s0, s1, s2, s3] = [0, 0, 0, 0];
      let right = column;
      for (let left = row * depth; left < (row + 1) * depth; left++) {
        const factor = a[left];
        s0 += factor * b[right];
        s1 += factor * b[right + 1];
        s2 += factor * b[right + 2];
        s3 += factor * b[right + 3];
        right += columns;
      }
      const at = row * columns + column;
      c[at] = s0;
      c[at + 1] = s1;
      c[at + 2] = s2;
      c[at + 3] = s3;
    }
  }
}

/**
 * c = a · b for one column.
 * @param {Float32Array} a (rows, depth) @param {Float32Array} b (depth)
 * @param {Float32Array} c (rows) @param {number} rows @param {number} depth
 */
export function multiplyVector(a, b, c, rows, depth) {
  for (let row = 0; row < rows; row++) {
    let [s0, s1, s2, s3] = [0, 0, 0, 0];
    const start = row * depth;
    let index = 0;
    for (; index + 3 < depth; index += 4) {
      s0 += a[start + index] * b[index];
      s1 += a[start + index + 1] * b[index + 1];
      s2 += a[start + index + 2] * b[index + 2];
      s3 += a[start + index + 3] * b[index + 3];
    }
    for (; index < depth; index++) s0 += a[start + index] * b[index];
    c[row] = s0 + s1 + (s2 + s3);
  }
}
