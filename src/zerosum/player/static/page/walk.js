// @ts-check
// A walk from picture to picture at one speed: through those that were kept, or from seed to seed.

/** @typedef {import("../engine.js").Choice} Choice */

const SECONDS = 2.5; // For the first way; others take as much longer as they are longer.

export class Walk {
  /**
   * @param {(asked: any) => Promise<any>} ask
   * @param {(asked: any) => Promise<void>} show
   * @param {() => Choice[]} stops
   */
  constructor(ask, show, stops) {
    Object.assign(this, { ask, show, stops });
    this.goes = false;
  }

  stop() {
    this.goes = false;
  }

  /** @param {Choice} from where it begins @param {(from: Choice, to: Choice) => void} tell */
  async start(from, tell) {
    const { ask, show, stops } = /** @type {any} */ (this);
    this.goes = true;
    let speed = 0;
    let start = structuredClone(from);
    let number = 0;
    while (this.goes) {
      const through = stops();
      const end =
        through.length > 1
          ? through[number++ % through.length]
          : { ...start, seed: Math.floor(Math.random() * 1_000_000) };
      const { distance } = await ask({ kind: "distance", start, end });
      if (distance > 0) {
        speed ||= distance / SECONDS;
        tell(start, end);
        await this.#leg(show, start, end, distance / speed);
      }
      start = structuredClone(end);
    }
  }

  /** @param {(asked: any) => Promise<void>} show @param {Choice} choice @param {Choice} end
   * @param {number} seconds */
  async #leg(show, choice, end, seconds) {
    const began = performance.now();
    for (let time = 0; time < 1 && this.goes; ) {
      await new Promise((resolve) => requestAnimationFrame(resolve));
      time = Math.min(1, (performance.now() - began) / 1000 / seconds);
      await show({ kind: "picture", choice, end, time });
    }
  }
}
