// @ts-check
// The same colour for the same player on every page, and one for each run beside others.

const PLAYERS = {
  generator: 0,
  generators: 0,
  model: 0,
  a2b: 0,
  generator_a: 5,
  generator_b: 0,
  discriminator: 1,
  critic: 1,
  discriminator_a: 3,
  discriminator_b: 1,
  domain_discriminator: 1,
  classifier: 2,
  encoder: 2,
  target: 2,
  source: 7,
};
const COUNT = 8;

/** The name of the colour of a player. @param {string} player */
export function playerColour(player) {
  if (Object.hasOwn(PLAYERS, player)) return `--c${PLAYERS[player]}`;
  let sum = 0;
  for (const letter of player)
    sum = (sum * 31 + /** @type {number} */ (letter.codePointAt(0))) >>> 0;
  return `--c${sum % COUNT}`;
}

/** The name of the colour of the run at a place of a list. @param {number} place */
export const runColour = (place) => `--c${[0, 1, 2, 3, 4, 5, 7, 6][place % COUNT]}`;

/** What a colour of that name is now. @param {string} name */
export const colour = (name) =>
  getComputedStyle(document.documentElement).getPropertyValue(name).trim() || "gray";

/** Dashes for the runs that are laid over one. @param {number} place 0 is the run itself */
export const dashes = (place) => [[], [6, 4], [2, 3], [10, 3, 2, 3]][place % 4];
