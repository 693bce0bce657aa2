// @ts-check
// Which runs are compared, in addresses.

/** The address of the page that compares these. @param {string[]} names */
export const comparePath = (names) => `/compare?runs=${encodeURIComponent(joined(names))}`;

/** A name may hold a comma, so each is encoded once more. @param {string[]} names */
export const joined = (names) => names.map(encodeURIComponent).join(",");

/** @param {string} text @returns {string[]} */
export const parted = (text) => [...new Set(text.split(",").filter(Boolean).map(decoded))];

/** @param {string} name */
function decoded(name) {
  try {
    return decodeURIComponent(name);
  } catch {
    return name; // A lone "%" is shown as it came.
  }
}
