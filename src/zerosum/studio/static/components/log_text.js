// @ts-check
// The lines of a log of which only a stretch of bytes is known.

/** @typedef {{text: string, start: number, end: number}} Part */

const LETTERS = new TextEncoder();
// Colours, and what moves a terminal's cursor: a page shows neither.
const CONTROLS = /\x1b\[[0-9;?]*[A-Za-z]|\x1b\][^\x07]*\x07|[\x00-\x08\x0b\x0c\x0e-\x1f]/g;

export class LogText {
  constructor() {
    /** @type {string[]} */
    this.lines = [];
    this.start = 0;
    this.end = 0;
    this.open = "";
  }

  /** @param {Part} part */
  begin(part) {
    const { text, start } = whole(part);
    [this.lines, this.open, this.start, this.end] = [[], "", start, start];
    this.append({ text, start, end: part.end });
  }

  /** What follows. @param {Part} part */
  append({ text, end }) {
    if (this.open) this.lines.pop();
    const lines = (this.open + text).split("\n");
    this.open = /** @type {string} */ (lines.pop());
    if (this.open) lines.push(this.open);
    for (const line of lines) this.lines.push(shown(line));
    this.end = end;
  }

  /** What was before. @param {Part} part */
  prepend(part) {
    const { text, start } = whole(part);
    const lines = text.split("\n");
    if (lines.at(-1) === "") lines.pop();
    this.lines = [...lines.map(shown), ...this.lines];
    this.start = start;
  }
}

/**
 * A stretch begins anywhere, even within a letter: its first line is left to the stretch before,
 * unless it has no other: a line that is longer than a stretch is shown in pieces.
 * @param {Part} part @returns {{text: string, start: number}}
 */
function whole({ text, start, end }) {
  const first = text.indexOf("\n");
  if (start === 0 || first < 0 || first === text.length - 1) return { text, start };
  const kept = text.slice(first + 1);
  return { text: kept, start: end - LETTERS.encode(kept).length };
}

/** A line as a terminal shows it in the end: a bar that was drawn over itself, once. */
function shown(/** @type {string} */ line) {
  const ended = line.endsWith("\r") ? line.slice(0, -1) : line;
  return ended.slice(ended.lastIndexOf("\r") + 1).replace(CONTROLS, "");
}
