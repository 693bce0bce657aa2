// @ts-check
// From addresses to pages, with the browser's history.

/**
 * @typedef {object} Route
 * @property {string} page `runs`, `new`, `queue`, `run`, `learn`, `use` or one of `USES`; `missing` where there is none
 * @property {string | null} name what the address names: a recipe, a run, a lesson or a network
 * @property {URLSearchParams} query
 * @property {string} path
 */

/** Pages that use networks. */
export const USES = ["play", "draw", "translate", "attack", "classes", "compare"];
const OF_USES = Object.fromEntries(USES.map((use) => [use, use]));
const PLAIN = { "": "runs", runs: "runs", new: "new", queue: "queue", learn: "learn", use: "use" };
Object.assign(PLAIN, OF_USES);
const NAMED = { new: "new", run: "run", learn: "learn", results: "results", ...OF_USES };

/** @param {string} address @returns {Route} */
export function parse(address) {
  const url = new URL(address, location.origin);
  const [, first = "", ...rest] = url.pathname.split("/");
  const name = rest.length ? decoded(rest.join("/")) : "";
  const table = name ? NAMED : PLAIN;
  const page = Object.hasOwn(table, first) ? table[first] : "missing";
  return { page, name: name || null, query: url.searchParams, path: url.pathname };
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // A lone "%" is shown as it came, and then not found.
  }
}

/** The address of a run's page. @param {string} name */
export const runPath = (name) => `/run/${encodeURIComponent(name)}`;

/**
 * The address of the page of a job's results.
 * @param {string} network its key @param {string} [results] such as `translated/album`
 */
export const resultsPath = (network, results) =>
  `/results/${encodeURIComponent(network)}${results ? `?set=${encodeURIComponent(results)}` : ""}`;

let changed = (/** @type {boolean} */ _moved) => {};
/** How often another page was shown. */
let visits = 0;

/** Go to another page. @param {string} address @param {{replace?: boolean}} [how] */
export function navigate(address, { replace = false } = {}) {
  keepScroll();
  const state = { scroll: 0 };
  if (replace) history.replaceState(state, "", address);
  else history.pushState(state, "", address);
  changed(true);
}

/**
 * Note in the address what a page shows, so that it can be reloaded, kept and sent; the page stays
 * as it is. Empty values are left out.
 * @param {Record<string, string | null | undefined>} values
 */
export function keepQuery(values) {
  const url = new URL(location.href);
  for (const [key, value] of Object.entries(values)) {
    if (value) url.searchParams.set(key, value);
    else url.searchParams.delete(key);
  }
  history.replaceState(history.state, "", url.pathname + url.search);
}

/**
 * `keepQuery` for the page that is shown now: what it still hears of when it is left, such as that
 * something was saved, is not noted in the address of another one.
 * @returns {typeof keepQuery}
 */
export function queryKeeper() {
  const visit = visits;
  return (values) => {
    if (visit === visits) keepQuery(values);
  };
}

function keepScroll() {
  history.replaceState({ ...history.state, scroll: scrollY }, "");
}

/** Where the reader was on this page, when it is come back to. @returns {number} */
export const keptScroll = () => history.state?.scroll ?? 0;

/**
 * Follow links and the browser's buttons.
 * @param {(moved: boolean) => void} listener told after each change
 */
export function startRouter(listener) {
  changed = (moved) => {
    visits += 1;
    listener(moved);
  };
  history.scrollRestoration = "manual";
  addEventListener("popstate", () => changed(false));
  addEventListener("pagehide", keepScroll);
  let timer = 0;
  addEventListener(
    "scroll",
    () => {
      clearTimeout(timer);
      timer = setTimeout(keepScroll, 150);
    },
    { passive: true },
  );
  document.addEventListener("click", (event) => {
    const link = /** @type {Element} */ (event.target).closest?.("a[href]");
    if (link instanceof HTMLAnchorElement && isOurs(link, event)) {
      event.preventDefault();
      navigate(link.pathname + link.search);
    }
  });
}

/** @param {HTMLAnchorElement} link @param {MouseEvent} event */
function isOurs(link, event) {
  const plain =
    event.button === 0 && !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
  const here = link.origin === location.origin && !link.target && !link.hasAttribute("download");
  const within = link.pathname === location.pathname && link.hash;
  return (
    plain && !event.defaultPrevented && here && !within && parse(link.href).page !== "missing"
  );
}
