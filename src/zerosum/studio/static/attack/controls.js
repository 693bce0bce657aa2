// @ts-check
// Which attack, how far, towards what.
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { live } from "../vendor/lit-html/directives/live.js";
import { icon } from "../components/icons.js";
import { field, segments } from "../components/parts.js";
import { PLACES, epsilonAt, largest, levels, parseEpsilon, placeOf, written } from "./epsilon.js";

/** @typedef {import("./asking.js").Attackable} Attackable */
/** @typedef {import("./state.js").State} State */

/** What attacks are called, and what they do. @type {Record<string, [string, string]>} */
export const ATTACKS = {
  fgsm: ["FGSM", "One step along the sign of the slope: quick, and weak."],
  bim: ["BIM", "Ten small steps up the slope."],
  pgd: ["PGD", "Forty small steps from a random point near the picture."],
  momentum: ["MI-FGSM", "Ten steps that keep their direction; carries over to other classifiers."],
  deepfool: ["DeepFool", "To the nearest boundary, as if it were straight: small changes."],
  cw: ["Carlini and Wagner", "The smallest change, by optimisation: strong, and slow."],
  square: ["Square", "Random squares; sees the answers only, no slopes."],
  universal: ["Universal", "One change for all pictures; here, of this one."],
};

/** What an attack is called. @param {State} state */
export const titleOf = ({ attack, learned }) => learned ?? ATTACKS[attack]?.[0] ?? attack;

/**
 * @param {Attackable} about @param {State} state
 * @param {{count: number, said: number | null, set: (change: Partial<State>) => void}} how `count`
 *   numbers in a picture, `said` the class that it is taken for
 */
export function controls(about, state, { count, said, set }) {
  const most = largest(state.norm, count);
  const norms = normsOf(about, state);
  const learnt = about.learnt.find((each) => each.run === state.learned);
  const help = learnt
    ? `What the run has learnt with ε = ${written(learnt.epsilon)}; another ε makes it fainter or stronger.`
    : (ATTACKS[state.attack]?.[1] ?? "");
  return html`<form class="stack attack-controls" @submit=${(/** @type {Event} */ event) => event.preventDefault()}>
    ${field({ id: "attack-name", label: "Attack", help, input: attacks(about, state, set) })}
    <div class="field"><span class="label">Norm</span>${segments(
      "Norm",
      norms.map((norm) => [norm, norm === "linf" ? "L∞" : "L2"]),
      state.norm,
      (norm) => set({ norm }),
    )}</div>
    <div class="wide">${field({
      id: "attack-epsilon",
      label: "Size ε",
      help: levels(state.norm, state.epsilon),
      input: slider(state, most, set),
    })}</div>
    ${field({
      id: "attack-target",
      label: "Target",
      help: learnt ? "Learnt, as the attack was." : "What the picture is to be taken for.",
      input: targets(about, state, said, set),
    })}
    ${field({ id: "attack-seed", label: "Seed", help: "Of random starts, and of the noise.", input: seeds(state, set) })}
  </form>`;
}

/** The norms that the chosen attack is meant for. @param {Attackable} about @param {State} state */
export const normsOf = (about, { attack, learned }) =>
  learned ? ["linf"] : (about.attacks.find(({ name }) => name === attack)?.norms ?? ["linf"]);

/** @param {Attackable} about @param {State} state @param {(change: Partial<State>) => void} set */
function attacks(about, state, set) {
  const take = (/** @type {any} */ event) => {
    const [kind, name] = event.target.value.split(/:(.*)/s);
    const learnt = about.learnt.find(({ run }) => run === name);
    if (kind === "run" && learnt)
      return set({ learned: name, norm: "linf", epsilon: learnt.epsilon, target: learnt.target });
    return set({ attack: name, learned: null });
  };
  const chosen = state.learned ? `run:${state.learned}` : `name:${state.attack}`;
  const option = (/** @type {string} */ value, /** @type {string} */ text) =>
    html`<option value=${value} .selected=${live(value === chosen)}>${text}</option>`;
  return html`<select id="attack-name" aria-describedby="attack-name-help" @change=${take}>
    ${about.attacks.map(({ name }) => option(`name:${name}`, ATTACKS[name]?.[0] ?? name))}${
      about.learnt.length
        ? html`<optgroup label="Learnt by runs">${about.learnt.map(({ run }) => option(`run:${run}`, run))}</optgroup>`
        : nothing
    }</select>`;
}

/** @param {State} state @param {number} most @param {(change: Partial<State>) => void} set */
function slider(state, most, set) {
  const type = (/** @type {any} */ event) => {
    const epsilon = parseEpsilon(event.target.value);
    event.target.setAttribute("aria-invalid", String(epsilon === null));
    if (epsilon !== null) set({ epsilon });
  };
  return html`<div class="attack-slider"><input type="range" min="0" max=${PLACES} step="1"
      aria-label="Size ε, slider" aria-valuetext=${written(state.epsilon)}
      .value=${live(String(placeOf(state.epsilon, most)))}
      @input=${(/** @type {any} */ event) => set({ epsilon: epsilonAt(Number(event.target.value), most) })}>
    <input type="text" inputmode="decimal" id="attack-epsilon" autocomplete="off" spellcheck="false"
      aria-describedby="attack-epsilon-help" title="A number, or a fraction such as 8/255"
      .value=${written(state.epsilon)} @change=${type}></div>`;
}

/**
 * @param {Attackable} about @param {State} state @param {number | null} said
 * @param {(change: Partial<State>) => void} set
 */
function targets(about, state, said, set) {
  const take = (/** @type {any} */ event) =>
    set({ target: event.target.value === "" ? null : Number(event.target.value) });
  return html`<select id="attack-target" aria-describedby="attack-target-help" ?disabled=${state.learned !== null}
    @change=${take}><option value="" .selected=${live(state.target === null)}>Any other class</option>
    ${about.classes.map(
      (name, label) =>
        html`<option value=${label} ?disabled=${label === said} .selected=${live(label === state.target)}>${name}</option>`,
    )}</select>`;
}

/** @param {State} state @param {(change: Partial<State>) => void} set */
function seeds(state, set) {
  const type = (/** @type {any} */ event) => {
    const seed = event.target.valueAsNumber;
    if (Number.isInteger(seed) && seed >= 0 && seed < 2 ** 31) set({ seed });
  };
  return html`<div class="attack-seed"><input type="number" inputmode="numeric" id="attack-seed" min="0" step="1"
      aria-describedby="attack-seed-help" .value=${live(String(state.seed))} @input=${type}>
    <button class="button icon" type="button" aria-label="Another seed" title="Another seed"
      @click=${() => set({ seed: Math.floor(Math.random() * 10000) })}>${icon("dice")}</button></div>`;
}
