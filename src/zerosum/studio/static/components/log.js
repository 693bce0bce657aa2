// @ts-check
// A log: its end follows what is written, earlier parts are fetched when they are asked for, and
// of 100,000 lines only those are in the page that can be seen.
import { html, render } from "../vendor/lit-html/lit-html.js";
import { icon } from "./icons.js";
import { messageOf } from "./parts.js";
import { bytes, counted, plural } from "./text.js";
import { LogText } from "./log_text.js";

/** @typedef {{text: string, start: number, end: number}} Part */

const LINE = 20;
const SPARE = 12;
const PIECE = 1 << 18;

export class LogView {
  /**
   * @param {HTMLElement} root
   * @param {{label: string, read: (end: number | null, bytes: number) => Promise<Part>,
   *   nothing: string}} what
   */
  constructor(root, { label, read, nothing }) {
    this.read = read;
    this.nothing = nothing;
    this.text = new LogText();
    this.following = true;
    this.query = "";
    /** @type {number[]} */
    this.found = [];
    this.foundAt = 0;
    this.error = "";
    this.busy = true;
    /** @type {Part | null} */
    this.missed = null;
    this.bar = document.createElement("div");
    this.window = document.createElement("div");
    this.window.className = "log uses-keys";
    this.window.tabIndex = 0;
    this.window.setAttribute("role", "region");
    this.window.setAttribute("aria-label", label);
    this.tall = document.createElement("div");
    this.rows = document.createElement("div");
    this.rows.className = "log-rows";
    this.tall.append(this.rows);
    this.window.append(this.tall);
    root.append(this.bar, this.window);
    this.window.addEventListener("scroll", () => this.scrolled(), { passive: true });
    this.resizing = new ResizeObserver(() => this.draw());
    this.resizing.observe(this.window);
    this.begin();
  }

  end() {
    this.resizing.disconnect();
  }

  async begin() {
    await this.fetching(async () => {
      this.text.begin(await this.read(null, PIECE));
    });
  }

  async earlier() {
    const { length } = this.text.lines;
    await this.fetching(async () => {
      this.text.prepend(await this.read(this.text.start, PIECE));
    });
    // What was looked at stays where it is.
    this.window.scrollTop += (this.text.lines.length - length) * LINE;
  }

  /** @param {() => Promise<void>} action */
  async fetching(action) {
    [this.busy, this.error] = [true, ""];
    this.draw();
    try {
      await action();
    } catch (error) {
      this.error = messageOf(error);
    }
    this.busy = false;
    this.changed();
    // What was written while something was fetched.
    const { missed } = this;
    this.missed = null;
    if (missed && missed.end > this.text.end) this.hear(missed);
  }

  /** Something was written. @param {Part} part */
  async hear(part) {
    if (this.busy) this.missed = part;
    if (this.busy || part.end === this.text.end) return;
    // One that is shorter than what was read is another log: that of the newest job.
    if (part.end < this.text.end) await this.begin();
    else if (part.start === this.text.end) this.text.append(part);
    else {
      // Events carry what is new only; what lies between is fetched.
      const missing = part.end - this.text.end;
      if (missing > PIECE) this.text.begin(await this.read(null, PIECE));
      else this.text.append(await this.read(part.end, missing));
    }
    this.changed();
  }

  changed() {
    this.search(this.query, false);
    if (this.following) this.toEnd();
    this.draw();
  }

  toEnd() {
    this.tall.style.height = `${this.text.lines.length * LINE}px`;
    this.window.scrollTop = this.window.scrollHeight;
  }

  scrolled() {
    const { scrollTop, clientHeight, scrollHeight } = this.window;
    this.following = scrollTop + clientHeight >= scrollHeight - LINE;
    this.draw();
  }

  /** @param {string} query @param {boolean} jump to the last of what was found */
  search(query, jump = true) {
    this.query = query;
    const wanted = query.toLowerCase();
    this.found = [];
    if (wanted)
      this.text.lines.forEach((line, place) => {
        if (line.toLowerCase().includes(wanted)) this.found.push(place);
      });
    if (jump) this.step(0, this.found.length - 1);
  }

  /** @param {number} step @param {number} [from] */
  step(step, from = this.foundAt) {
    const count = this.found.length;
    if (count) {
      this.foundAt = (from + step + count) % count;
      this.following = false;
      this.window.scrollTop = this.found[this.foundAt] * LINE - this.window.clientHeight / 2;
    }
    this.draw();
  }

  draw() {
    this.drawBar();
    const { lines } = this.text;
    const first = Math.max(0, Math.floor(this.window.scrollTop / LINE) - SPARE);
    const count = Math.ceil(this.window.clientHeight / LINE) + 2 * SPARE;
    this.tall.style.height = `${lines.length * LINE}px`;
    this.rows.style.transform = `translateY(${first * LINE}px)`;
    const wanted = this.query.toLowerCase();
    const here = this.found[this.foundAt];
    this.rows.replaceChildren(
      ...lines
        .slice(first, first + count)
        .map((line, place) => row(line, wanted, first + place === here)),
    );
  }

  drawBar() {
    const { start, end, lines } = this.text;
    const found = this.query
      ? `${counted(this.found.length)} found`
      : plural(lines.length, "line");
    const said = this.error || (lines.length || this.busy ? found : this.nothing);
    render(
      html`<div class="log-bar">
      <label class="search"><span class="hidden-text">Search what is
        loaded</span>${icon("search")}<input
        type="search" placeholder="Search what is loaded" .value=${this.query}
        @input=${(/** @type {InputEvent} */ event) =>
          this.search(/** @type {HTMLInputElement} */ (event.target).value)}
        @keydown=${(/** @type {KeyboardEvent} */ event) => {
          if (event.key === "Enter") this.step(event.shiftKey ? -1 : 1);
        }}></label>
      ${
        this.query
          ? html`${stepButton("up", "The one before", () => this.step(-1))}
        ${stepButton("down", "The next", () => this.step(1))}`
          : ""
      }
      <span class="small grow ${this.error ? "bad" : "dim"}" role="status">${said}</span>
      <button class="button small" type="button" ?hidden=${start === 0} aria-busy=${this.busy}
        @click=${() => this.earlier()}>Load earlier (${bytes(start)} more)</button>
      <button class="button small" type="button" aria-pressed=${this.following} ?hidden=${!end}
        @click=${() => {
          this.following = true;
          this.toEnd();
          this.draw();
        }}>${icon("down")}Follow</button></div>`,
      this.bar,
    );
  }
}

const stepButton = (
  /** @type {any} */ name,
  /** @type {string} */ label,
  /** @type {() => void} */ press,
) =>
  html`<button class="button icon small" type="button" aria-label=${label} @click=${press}
    >${icon(name)}</button>`;

/** @param {string} line @param {string} wanted @param {boolean} here */
function row(line, wanted, here) {
  const made = document.createElement("div");
  if (here) made.className = "here";
  const lower = wanted ? line.toLowerCase() : "";
  let from = 0;
  for (let at = wanted ? lower.indexOf(wanted) : -1; at >= 0; at = lower.indexOf(wanted, from)) {
    const mark = document.createElement("mark");
    mark.textContent = line.slice(at, at + wanted.length);
    made.append(line.slice(from, at), mark);
    from = at + wanted.length;
  }
  made.append(line.slice(from));
  return made;
}
