// @ts-check
/**
 * What was told of a topic so far, so that a tab that comes later can be told all of it, without
 * a word to the server.
 */

const LOG_LETTERS = 2 ** 20;
const LISTS = ["stats", "scores", "alarms"];

/** @param {string} topic @returns {{take: (data: any) => any, whole: () => any}} */
export function collected(topic) {
  if (topic === "runs") return new AllRuns();
  return topic.startsWith("run/") ? new OneRun() : new Whole();
}

/** Something that is always told as a whole; the text of its log alone comes in pieces. */
class Whole {
  constructor() {
    this.last = null;
    this.log = null;
  }

  take(data) {
    if (data.error) return data;
    this.log = joined(this.log, data.log);
    this.last = data;
    return data;
  }

  whole() {
    return this.last && this.log ? { ...this.last, log: this.log } : this.last;
  }
}

class AllRuns {
  constructor() {
    /** @type {Map<string, any> | null} */
    this.runs = null;
  }

  take(data) {
    if (data.error) return data;
    const { changed, gone } = data;
    const before = this.runs ?? new Map();
    const named = new Set(changed.map((each) => each.name));
    const lost = data.all ? [...before.keys()].filter((name) => !named.has(name)) : gone;
    for (const name of lost) before.delete(name);
    for (const each of changed) before.set(each.name, each);
    this.runs = before;
    return { ...data, gone: lost };
  }

  whole() {
    return this.runs && { changed: [...this.runs.values()], gone: [], all: true };
  }
}

class OneRun {
  constructor() {
    this.name = null;
    this.forget();
    this.samples = new Map();
    this.log = null;
    this.summary = undefined;
    this.gone = false;
  }

  forget() {
    this.lists = Object.fromEntries(LISTS.map((kind) => [kind, /** @type {any[]} */ ([])]));
  }

  take(data) {
    if (data.error) return data;
    this.name = data.name;
    if (data.reset) {
      this.forget();
      this.gone = Boolean(data.gone);
    }
    for (const kind of LISTS) for (const each of data[kind] ?? []) this.lists[kind].push(each);
    if (data.all_samples || data.gone) this.samples = new Map();
    for (const each of data.samples ?? []) this.samples.set(each.file, each);
    this.log = joined(this.log, data.log);
    if (data.summary) this.summary = data.summary;
    return data;
  }

  whole() {
    if (this.name === null) return null;
    const told = { name: this.name, reset: true, ...this.lists };
    told.samples = [...this.samples.values()];
    told.all_samples = true;
    if (this.summary) told.summary = this.summary;
    if (this.log) told.log = this.log;
    if (this.gone) told.gone = true;
    return told;
  }
}

/** A log and the piece that follows; one that starts elsewhere is another log. */
function joined(log, piece) {
  if (!piece) return log;
  const follows = log && log.end === piece.start;
  const text = follows ? log.text + piece.text : piece.text;
  if (text.length <= LOG_LETTERS)
    return { text, start: follows ? log.start : piece.start, end: piece.end };
  const kept = text.slice(text.indexOf("\n", text.length - LOG_LETTERS) + 1);
  const start = piece.end - new TextEncoder().encode(kept).length;
  return { text: kept, start, end: piece.end };
}
