// @ts-check
// Lines of statistics as columns of numbers, which stay small and quick at 100,000 lines.

const FIRST = 256;

/** Columns that grow; a line that lacks a value has NaN there. */
export class Columns {
  constructor() {
    this.forget();
  }

  forget() {
    this.length = 0;
    this.room = FIRST;
    /** @type {Map<string, Float64Array>} */
    this.columns = new Map();
  }

  /** @param {Record<string, any>[]} lines of `stats.jsonl` */
  append(lines) {
    for (const line of lines) {
      // A resumed run goes on from its checkpoint: later lines are of a past that is gone.
      this.cutBack(line.images);
      if (this.length === this.room) this.grow();
      this.put("images", line.images);
      for (const [player, values] of Object.entries(line)) {
        if (typeof values === "number") this.put(player, values);
        else if (values && typeof values === "object")
          for (const [key, value] of Object.entries(values)) this.put(`${player}.${key}`, value);
      }
      this.length += 1;
    }
  }

  /** @param {number} images */
  cutBack(images) {
    const known = this.columns.get("images");
    while (known && this.length && known[this.length - 1] >= images) {
      this.length -= 1;
      for (const column of this.columns.values()) column[this.length] = NaN;
    }
  }

  /** @param {string} key @param {unknown} value */
  put(key, value) {
    let column = this.columns.get(key);
    if (!column) {
      column = new Float64Array(this.room).fill(NaN);
      this.columns.set(key, column);
    }
    column[this.length] = typeof value === "number" ? value : NaN;
  }

  grow() {
    this.room *= 2;
    for (const [key, old] of this.columns) {
      const larger = new Float64Array(this.room).fill(NaN);
      larger.set(old);
      this.columns.set(key, larger);
    }
  }

  /** @param {string} key @returns {Float64Array} as long as there are lines */
  column(key) {
    return this.columns.get(key)?.subarray(0, this.length) ?? new Float64Array(0);
  }

  /** The players whose `key` was written, in the order of their first line. @param {string} key */
  players(key) {
    const names = [...this.columns.keys()].filter((name) => name.endsWith(`.${key}`));
    return names.map((name) => name.slice(0, -key.length - 1));
  }
}
