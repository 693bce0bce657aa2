// @ts-check
// What the server is asked of a classifier, and what it answers.
import * as api from "../api.js";
import { CLIENT, streamed } from "../streamed.js";

/**
 * @typedef {{value: number, error: number}} Estimate
 * @typedef {{true: number, said: number, count: number}} Confused
 *
 * @typedef {object} Domain what the classifier is tested on
 * @property {string} domain empty where there is one
 * @property {Record<string, string | number>} about
 * @property {number} pictures
 * @property {boolean} known whether the right classes are
 * @property {number[]} said how many are taken for each class
 * @property {Estimate} [accuracy]
 * @property {((Estimate & {pictures: number}) | null)[]} [by_class]
 * @property {number[][] | null} [confusion] rows are the true classes
 * @property {Confused[]} [confused] the most frequent first
 *
 * @typedef {object} Examined
 * @property {string[]} classes
 * @property {string} note what is to be known of the pictures, or nothing
 * @property {number | null} images_seen
 * @property {string} stamp
 * @property {Domain[]} domains
 *
 * @typedef {object} Classified a picture with the answer
 * @property {number} number
 * @property {number | null} true
 * @property {number} said
 * @property {number} confidence
 * @property {[number, number][]} probable classes with their probabilities
 * @property {string} url
 *
 * @typedef {object} Mapped
 * @property {string} method
 * @property {string[]} classes
 * @property {string} stamp
 * @property {{domain: string, numbers: number[], x: number[], y: number[],
 *   true: number[] | null, said: number[]}[]} domains
 *
 * @typedef {object} Labels
 * @property {number | null} per_class
 * @property {number} total
 * @property {{true: number, url: string}[]} pictures
 * @property {{run: string, labels: number | null, value: number, error: number,
 *   images_seen: number, differs: string[]}[]} runs
 */

/** Pictures on a page. */
export const PAGE = 60;

const path = (/** @type {string} */ key) => `/networks/${encodeURIComponent(key)}/classes`;

/**
 * @param {string} key @param {unknown} body
 * @param {{progress?: (done: number, total: number) => void, signal?: AbortSignal}} how
 * @returns {Promise<Examined>}
 */
export const examine = (key, body, how) => streamed(path(key), body, how);

/**
 * @param {string} key @param {unknown} body @param {AbortSignal} signal
 * @returns {Promise<{total: number, stamp: string, pictures: Classified[]}>}
 */
export const picturesOf = (key, body, signal) =>
  api.post(`${path(key)}/pictures`, body, { signal, headers: CLIENT });

/**
 * @param {string} key @param {unknown} body
 * @param {{progress?: (done: number, total: number) => void, signal?: AbortSignal}} how
 * @returns {Promise<Mapped>}
 */
export const mapOf = (key, body, how) => streamed(`${path(key)}/map`, body, how);

/**
 * @param {string} key @param {unknown} body @param {AbortSignal} signal
 * @returns {Promise<Labels>}
 */
export const labelsOf = (key, body, signal) =>
  api.post(`${path(key)}/labels`, body, { signal, headers: CLIENT });
