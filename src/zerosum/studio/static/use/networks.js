// @ts-check
// Which networks there are, and which pages use them.
import * as api from "../api.js";

/**
 * @typedef {object} Network
 * @property {string} key
 * @property {string} title
 * @property {string[]} abilities
 * @property {string} family
 * @property {string} recipe
 * @property {number[]} pictures height, width, channels; empty where it takes any
 * @property {number} images_seen
 * @property {("latest" | "best")[]} checkpoints
 * @property {string} state
 * @property {string | null} run
 */

/**
 * @typedef {object} Use
 * @property {string} page
 * @property {string} title
 * @property {string} text what it is for
 * @property {string[]} abilities of which a network has to have one
 * @property {string} goal of the page New run, whose recipes make such networks
 * @property {import("../components/icons.js").IconName} icon
 */

/** @type {Use[]} */
export const PAGES = [
  {
    page: "play",
    title: "Play",
    text: "Make pictures from seeds, move them along directions, walk between them, mix them.",
    abilities: ["generate", "sample"],
    goal: "one-folder",
    icon: "dice",
  },
  {
    page: "draw",
    title: "Draw",
    text: "Paint strokes, and the generator's nearest pictures follow. Edit a picture of your own.",
    abilities: ["generate"],
    goal: "one-folder",
    icon: "rename",
  },
  {
    page: "translate",
    title: "Translate",
    text: "Drop pictures of one domain, and see them in the other, and on the way back.",
    abilities: ["translate"],
    goal: "two-folders",
    icon: "pictures",
  },
  {
    page: "attack",
    title: "Classify and attack",
    text: "See which class a picture is taken for, what that hangs on, and how it is misled.",
    abilities: ["classify", "perturb"],
    goal: "labels",
    icon: "alarm",
  },
  {
    page: "classes",
    title: "Classes and domains",
    text: "Accuracy by class, confusion, mistakes to look at, and the map of features.",
    abilities: ["classify"],
    goal: "labels",
    icon: "runs",
  },
];

/** The address of a page that uses a network. @param {string} page @param {string} key */
export const usePath = (page, key) => `/${page}/${encodeURIComponent(key)}`;

/** Whether a page can use a network. @param {Use} use @param {Network} network */
export const fits = (use, network) =>
  use.abilities.some((ability) => network.abilities.includes(ability));

/** @param {string} page @returns {Use} */
export const useOf = (page) => /** @type {Use} */ (PAGES.find((use) => use.page === page));

/** All networks, the newest first. @returns {Promise<Network[]>} */
export const networks = async () => (await api.get("/networks")).networks;

/**
 * Why a page cannot use a network, in the server's words.
 * @param {string} key @param {Use} use @returns {Promise<unknown>}
 */
export const refusal = (key, use) =>
  api.get(`/networks/${encodeURIComponent(key)}`, { ability: use.abilities }).then(
    () => new Error(`${key} has only just come; load the page again.`),
    (error) => error,
  );
