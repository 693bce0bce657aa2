// @ts-check
// What the page shows, as its address holds it, and as it is saved.

/**
 * @typedef {object} State
 * @property {string | null} picture its id
 * @property {string} attack @property {string | null} learned the run that has learnt it
 * @property {string} norm @property {number} epsilon @property {number | null} target
 * @property {number} seed @property {number | null} slope the class whose loss is derived
 */

/** @type {State} */
export const USUAL = {
  picture: null,
  attack: "fgsm",
  learned: null,
  norm: "linf",
  epsilon: 0.1,
  target: null,
  seed: 0,
  slope: null,
};

/** @param {URLSearchParams} query @returns {State} */
export function stateOf(query) {
  const whole = (/** @type {string} */ name) => {
    const text = query.get(name);
    return text !== null && /^\d{1,9}$/.test(text) ? Number(text) : null;
  };
  const epsilon = Number(query.get("epsilon") ?? Number.NaN);
  return {
    picture: query.get("picture"),
    attack: query.get("attack") ?? USUAL.attack,
    learned: query.get("learned"),
    norm: query.get("norm") === "l2" ? "l2" : "linf",
    epsilon: Number.isFinite(epsilon) && epsilon >= 0 ? epsilon : USUAL.epsilon,
    target: whole("target"),
    seed: whole("seed") ?? 0,
    slope: whole("slope"),
  };
}

/**
 * The state as far as it is possible with a classifier: an address may be another's, or an old one.
 * @param {State} state
 * @param {{attacks: {name: string}[], learnt: {run: string}[], classes: string[]}} about
 * @returns {State}
 */
export function possible(state, { attacks, learnt, classes }) {
  const label = (/** @type {number | null} */ value) =>
    value !== null && value < classes.length ? value : null;
  return {
    ...state,
    attack: attacks.some(({ name }) => name === state.attack) ? state.attack : USUAL.attack,
    learned: learnt.some(({ run }) => run === state.learned) ? state.learned : null,
    target: label(state.target),
    slope: label(state.slope),
  };
}

/** What the address is to hold; what is as usual is left out.
 * @param {State} state @returns {Record<string, string>} */
export const queryOf = (state) =>
  Object.fromEntries(
    Object.entries(USUAL).map(([name, usual]) => {
      const value = state[/** @type {keyof State} */ (name)];
      return [name, value === usual || value === null ? "" : String(value)];
    }),
  );

/** What was saved, as far as it is a state. @param {Record<string, any>} saved @returns {State} */
export function restored(saved) {
  const texts = Object.entries(saved).filter(([, value]) => value !== null && value !== undefined);
  return stateOf(new URLSearchParams(texts.map(([name, value]) => [name, String(value)])));
}
