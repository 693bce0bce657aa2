// @ts-check
// Pictures that were kept: to come back to, and as the stops of a walk.

import { make } from "./dom.js";

/** @typedef {import("../engine.js").Choice} Choice */

export class Stops {
  /** @param {HTMLElement} root @param {(choice: Choice) => void} open */
  constructor(root, open) {
    this.root = root;
    this.open = open;
    /** @type {{choice: Choice, picture: string}[]} */
    this.kept = [];
  }

  /** @param {Choice} choice @param {HTMLCanvasElement} canvas which shows it */
  keep(choice, canvas) {
    this.kept.push({ choice: structuredClone(choice), picture: canvas.toDataURL() });
    this.#draw();
  }

  #draw() {
    this.root.replaceChildren(...this.kept.map((each) => this.#one(each)));
  }

  /** @param {{choice: Choice, picture: string}} each */
  #one(each) {
    const { choice, picture } = each;
    const remove = () => {
      this.kept = this.kept.filter((other) => other !== each);
      this.#draw();
    };
    return make(
      ...["li", {}],
      make(
        ...["button", { type: "button", class: "stop", click: () => this.open(choice) }],
        make("img", { src: picture, alt: `Seed ${choice.seed}, kept` }),
      ),
      make("button", { type: "button", class: "remove", click: remove, "aria-label": "Remove" }, "×"),
    );
  }
}
