// @ts-check
// In a worker the same script computes what the page asks for; so the page stays quick.

import { Engine } from "./engine.js";

/** @type {any} */
const here = globalThis;

if (typeof document === "undefined") {
  /** @type {Engine | null} */
  let engine = null;
  here.onmessage = ({ data }) => {
    const { number, model, text, asked } = data;
    try {
      if (model) engine = new Engine(model, text);
      here.postMessage({ number, answer: asked ? engine?.answer(asked) : true });
    } catch (error) {
      here.postMessage({ number, fault: String(error) });
    }
  };
}
