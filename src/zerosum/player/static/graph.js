// @ts-check
// A network, ready to be computed: memory is laid out once, and each picture only fills it.

import { Arena, Plan } from "./arena.js";
import { roomOf } from "./convolution.js";
import { OPERATIONS } from "./operations.js";

/**
 * @typedef {{input: number[], output: number,
 *   constants: {id: number, at: number, shape: number[]}[],
 *   operations: {name: string, takes: number[], gives: number, shape: number[]}[]}} Graph
 * @typedef {{name: string, arena: Arena, inputs: Float32Array[], output: Float32Array,
 *   shapes: number[][], shape: number[], options: any, scratch: Float32Array}} Step
 * @typedef {{place: {at: number, length: number}, shape: number[]}} Held
 */

/** @param {number[]} shape */
export const sizeOf = (shape) => shape.reduce((product, length) => product * length, 1);

/**
 * Get a graph ready.
 * @param {Graph} graph @param {Float32Array} numbers all constants of the page
 * @param {boolean} [plain] without WebAssembly
 * @returns {(given: ArrayLike<number>) => Float32Array} what computes its output; the answer is
 *   overwritten by the next
 */
export function prepare(graph, numbers, plain = false) {
  const plan = new Plan();
  const places = lay(graph, plan);
  const room = Math.max(0, ...graph.operations.map((each) => roomOf(stepOf(each, places))));
  const scratch = plan.add(room); // Never where a value stands that is free only later.
  const arena = new Arena(plan.size, plain);
  /** @param {number} id */
  const view = (id) => {
    const { place, shape } = /** @type {Held} */ (places.get(id));
    return arena.numbers(place.at, sizeOf(shape));
  };
  for (const { id, at, shape } of graph.constants)
    view(id).set(numbers.subarray(at, at + sizeOf(shape)));
  const steps = graph.operations
    .filter(({ name }) => name !== "reshape")
    .map((each) => ({
      ...stepOf(each, places),
      arena,
      inputs: each.takes.map(view),
      output: view(each.gives),
      scratch: arena.numbers(scratch.at, room),
    }));
  return (given) => {
    view(0).set(given);
    for (const step of steps) OPERATIONS[step.name](step);
    return view(graph.output);
  };
}

/** Where each value stands: what is not needed any more gives its place to others.
 * @param {Graph} graph @param {Plan} plan @returns {Map<number, Held>} */
function lay(graph, plan) {
  /** @type {Map<number, Held>} */
  const places = new Map();
  const roots = rootsOf(graph);
  const last = lastUses(graph, roots);
  /** @param {number} id @param {number[]} shape */
  const take = (id, shape) => places.set(id, { place: plan.take(sizeOf(shape)), shape });
  take(0, graph.input);
  for (const { id, shape } of graph.constants) take(id, shape);
  graph.operations.forEach(({ name, takes, gives, shape }, index) => {
    if (name === "reshape") {
      const { place } = /** @type {Held} */ (places.get(takes[0]));
      places.set(gives, { place, shape });
    } else {
      take(gives, shape);
    }
    for (const root of new Set(takes.map((id) => roots.get(id) ?? id)))
      if (last.get(root) === index) plan.give(/** @type {Held} */ (places.get(root)).place);
  });
  return places;
}

/** Of each value that an operation gives the one whose numbers these are: that before it was given
 * another shape. @param {Graph} graph @returns {Map<number, number>} */
function rootsOf(graph) {
  const roots = new Map();
  for (const { name, takes, gives } of graph.operations)
    roots.set(gives, name === "reshape" ? (roots.get(takes[0]) ?? takes[0]) : gives);
  return roots;
}

/** The last operation that needs each value that operations give; the output is needed to the end.
 * @param {Graph} graph @param {Map<number, number>} roots @returns {Map<number, number>} */
function lastUses(graph, roots) {
  const last = new Map();
  graph.operations.forEach(({ takes }, index) => {
    for (const id of takes) if (roots.has(id)) last.set(roots.get(id), index);
  });
  const given = new Set([0, ...graph.constants.map(({ id }) => id)]);
  for (const kept of [...given, roots.get(graph.output)]) last.delete(kept);
  return last;
}

/** @param {any} operation @param {Map<number, Held>} places @returns {any} */
function stepOf({ name, takes, shape, ...options }, places) {
  const shapes = takes.map((/** @type {number} */ id) => places.get(id)?.shape);
  return { name, shapes, shape, options };
}
