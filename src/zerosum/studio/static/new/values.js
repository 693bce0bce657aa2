// @ts-check
// Between what is typed in a field and what a configuration holds.

/**
 * @typedef {object} Field
 * @property {string} name dotted, as in config.json
 * @property {string} option such as "--batch-size"
 * @property {"integer" | "number" | "boolean" | "text" | "choice" | "choices" | "integers" | "numbers"
 *   | "texts" | "source" | "run"} kind
 * @property {any[]} choices
 * @property {number | null} length how many values it has, where that is fixed
 * @property {string} text what it is
 * @property {string} default in words
 * @property {any} value of the recipe
 * @property {string} group
 * @property {string} about what the settings of the group are
 * @property {boolean} optional whether it may be left empty
 * @property {boolean} code whether it names code
 * @property {number | null} usual its place among the usual ones
 */

/** What stands in a field for a value. @param {any} value @returns {any} */
export function typed(value) {
  if (value === null || value === undefined) return "";
  if (typeof value === "boolean") return value;
  if (Array.isArray(value)) return value.join(" ");
  return String(value);
}

/**
 * The value of what is typed. What is none is given as it is: the library says what is wrong.
 * @param {Field} field @param {any} text
 */
export function valueOf(field, text) {
  if (typeof text === "boolean") return text;
  const words = String(text).trim();
  const list = words.split(/[\s,;]+/).filter(Boolean);
  switch (field.kind) {
    case "integer":
    case "number":
      return words === "" ? null : number(words);
    case "integers":
    case "numbers":
      return words === "" && field.optional ? null : parts(words).map(number);
    case "texts":
    case "choices":
      return words === "" ? [] : list;
    case "choice":
      return field.choices.find((each) => String(each) === words) ?? words;
    case "source":
      return words === "" ? (field.name === "data" ? "" : null) : words;
    default:
      return words === "" && field.optional ? null : words;
  }
}

/** 64 64, 64x64 and 64, 64 are the same. @param {string} words */
const parts = (words) => words.split(/[\s;×x]+|,\s+|,(?!\d{3}(?:\D|$))/).filter(Boolean);

/** 200,000 and 2e5 are numbers as well. @param {string} word */
function number(word) {
  const bare = word.replace(/(?<=\d)[,_' ](?=\d{3}(\D|$))/g, "");
  const value = Number(bare);
  return bare !== "" && Number.isFinite(value) ? value : word;
}

/** @param {any} one @param {any} other */
export const same = (one, other) => JSON.stringify(one ?? null) === JSON.stringify(other ?? null);

/** generator: base channels @param {string} name a dotted name */
export const titleOf = (name) =>
  name
    .replace(/^game\./, "")
    .replaceAll(".", ": ")
    .replaceAll("_", " ");

/** base channels: within the group of it @param {string} name a dotted name */
export const shortTitleOf = (name) => name.split(".").at(-1)?.replaceAll("_", " ") ?? name;

/** The words of a query are somewhere in the field. @param {Field} field @param {string} query */
export function matches(field, query) {
  const text = `${field.name} ${titleOf(field.name)} ${field.option} ${field.text} ${field.about}`;
  const low = text.toLowerCase();
  return query
    .toLowerCase()
    .split(/\s+/)
    .every((word) => low.includes(word));
}
