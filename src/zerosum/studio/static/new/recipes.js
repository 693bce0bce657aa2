// @ts-check
// What the server tells of recipes, asked for once: it does not change while it runs.
import * as api from "../api.js";

/**
 * @typedef {object} Recipe
 * @property {string} name
 * @property {string} text what it makes, in a sentence
 * @property {string} about
 * @property {string} family
 * @property {[number, number]} size height and width
 * @property {number} channels
 * @property {number} weights
 * @property {number} total_images
 * @property {string | null} data
 * @property {string[]} needs
 * @property {string | null} picture
 * @property {string | null} picture_of
 * @property {number | null} seconds
 */

/** @typedef {{key: string, title: string, text: string, recipes: string[]}} Goal */
/** @typedef {{goals: Goal[], recipes: Map<string, Recipe>}} Offer */

/** @type {Promise<Offer> | null} */
let asked = null;

/** All goals and recipes. @returns {Promise<Offer>} */
export function offer() {
  asked ??= ask().catch((error) => {
    asked = null; // Another visit asks again.
    throw error;
  });
  return asked;
}

async function ask() {
  const { goals, recipes } = await api.get("/recipes");
  return { goals, recipes: new Map(recipes.map((/** @type {Recipe} */ it) => [it.name, it])) };
}

const COLOURS = { 1: "grey", 3: "colour", 4: "colour and transparency" };

/** 64×64, colour @param {Recipe} recipe */
export const shapeOf = (recipe) =>
  `${recipe.size[0]}×${recipe.size[1]}, ${COLOURS[recipe.channels] ?? `${recipe.channels} channels`}`;
