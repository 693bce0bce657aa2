// @ts-check
// Pictures that a job has translated: one beside its original, and all of them small.
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { icon } from "../components/icons.js";
import { segments } from "../components/parts.js";
import { counted } from "../components/text.js";
import { view } from "../components/view.js";
import { resultFile } from "../pages/results.js";
import { keepQuery } from "../shell/router.js";
import { split, strip } from "./split.js";

/** @typedef {import("../pages/results.js").File} File */

const FOLDER = "translations/";
const AT_ONCE = 200;

/** @type {import("../pages/results.js").Show} */
export function show(root, what) {
  const gallery = new Gallery(root, what);
  return {
    tell: (files) => gallery.tell(files),
    end: () => gallery.view.end(),
  };
}

class Gallery {
  /**
   * @param {HTMLElement} root
   * @param {{network: string, results: string, query: URLSearchParams}} what
   */
  constructor(root, { network, results, query }) {
    [this.network, this.results] = [network, results];
    this.chosen = query.get("picture") ?? "";
    this.right = query.get("right") === "back" ? "back" : "made";
    this.at = 50;
    this.most = AT_ONCE;
    /** All files by their paths. @type {Map<string, File>} */
    this.files = new Map();
    /** @type {string[]} */
    this.names = [];
    this.view = view(root, () => this.template());
  }

  /** @param {File[]} files */
  tell(files) {
    this.files = new Map(files.map((file) => [file.file, file]));
    const own = files.filter(({ file }) => file.startsWith(FOLDER));
    this.names = own.map(({ file }) => file.slice(FOLDER.length));
    if (!this.files.has(FOLDER + this.chosen)) this.chosen = this.names[0] ?? "";
    this.view.draw();
  }

  /** @param {string} folder @param {string} name */
  url(folder, name) {
    const file = this.files.get(`${folder}/${name}`);
    return file ? resultFile(this.network, this.results, file) : null;
  }

  /** @param {string} name */
  choose(name) {
    this.chosen = name;
    keepQuery({ picture: name });
    this.view.draw();
  }

  /** @param {number} by */
  step(by) {
    const { names } = this;
    const at = names.indexOf(this.chosen) + by;
    if (names[at] !== undefined) this.choose(names[at]);
  }

  template() {
    if (!this.names.length) return nothing;
    return html`<div class="stack">${this.looking()}
      <div class="results-strip">${strip({
        label: "Translations",
        pictures: this.names.slice(0, this.most).map((name) => ({
          key: name,
          name,
          url: this.url("translations", name) ?? "",
        })),
        chosen: this.chosen,
        choose: (name) => this.choose(name),
      })}</div>${this.more()}</div>`;
  }

  looking() {
    const { chosen, names } = this;
    const original = this.url("originals", chosen);
    const made = /** @type {string} */ (this.url("translations", chosen));
    const back = this.url("back", chosen);
    const isBack = this.right === "back" && back !== null;
    const at = names.indexOf(chosen);
    const button = (/** @type {"left" | "right"} */ way, /** @type {string} */ words, by) =>
      html`<button class="button icon" type="button" aria-label=${words} title=${words}
        ?disabled=${names[at + by] === undefined}
        @click=${() => this.step(by)}>${icon(way)}</button>`;
    return html`<div class="translate-bar">
        ${button("left", "The one before", -1)}${button("right", "The next one", 1)}
        <span class="grow clip" title=${chosen}>${chosen}</span>
        <span class="dim small numbers">${counted(at + 1)} of ${counted(names.length)}</span>
        ${back ? this.choice() : nothing}
        <a class="button small" href=${made} download=${chosen.split("/").at(-1)}
          >${icon("download")}Download</a></div>
      <div class="stage">${
        original
          ? split({
              before: original,
              after: isBack ? back : made,
              words: ["Original", isBack ? "There and back" : "Translation"],
              size: null,
              at: this.at,
              move: (now) => (this.at = now),
            })
          : html`<img src=${made} alt="Translation of ${chosen}">`
      }</div>`;
  }

  choice() {
    return segments(
      "Beside the original",
      [
        ["made", "Translation"],
        ["back", "There and back"],
      ],
      this.right,
      (right) => {
        this.right = right;
        keepQuery({ right: right === "back" ? right : null });
        this.view.draw();
      },
    );
  }

  more() {
    const left = this.names.length - this.most;
    const show = () => {
      this.most += AT_ONCE;
      this.view.draw();
    };
    return left > 0
      ? html`<div><button class="button" type="button" @click=${show}>Show more: ${counted(left)}
        are left</button></div>`
      : nothing;
  }
}
