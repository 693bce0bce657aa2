// @ts-check
// The shell: it shows the page that the address names, and what surrounds all pages.
import { html, render } from "./vendor/lit-html/lit-html.js";
import { empty, fault } from "./components/parts.js";
import { startQueue, queue } from "./store/queue.js";
import { startRuns } from "./store/runs.js";
import { startStudio, studio } from "./store/studio.js";
import { connectionBanner, watchConnection } from "./shell/connection.js";
import { showHelp } from "./shell/corner.js";
import { shortcut, startKeys } from "./shell/keys.js";
import { navigation, topbar } from "./shell/navigation.js";
import { keptScroll, navigate, parse, startRouter } from "./shell/router.js";

/**
 * A page is a module with this function. It draws into `root`, at least its heading at once, and
 * returns what is to be called when the reader leaves: it ends timers, subscriptions and requests.
 * @callback Mount
 * @param {HTMLElement} root
 * @param {import("./shell/router.js").Route} route
 * @returns {() => void}
 */

/** @type {Record<string, () => Promise<{mount: Mount}>>} */
const PAGES = {
  runs: () => import("./pages/runs.js"),
  run: () => import("./pages/run.js"),
  queue: () => import("./pages/queue.js"),
  results: () => import("./pages/results.js"),
  new: () => import("./pages/new.js"),
  learn: () => import("./pages/learn.js"),
  use: () => import("./pages/use.js"),
  play: () => import("./pages/play.js"),
  draw: () => import("./pages/draw.js"),
  translate: () => import("./pages/translate.js"),
  attack: () => import("./pages/attack.js"),
  classes: () => import("./pages/classes.js"),
  compare: () => import("./pages/compare.js"),
  missing: async () => ({ mount: mountMissing }),
};

let unmount = () => {};
let visit = 0;

function drawShell() {
  const { page } = parse(location.href);
  render(
    html`
    <a class="skip" href="#main" @click=${skip}>Skip to the page</a>
    ${navigation(page)}
    <div class="frame">${topbar()}${connectionBanner()}
        <main id="main" tabindex="-1"></main></div>`,
    document.body,
  );
}

function skip(/** @type {Event} */ event) {
  event.preventDefault();
  mainPart().focus();
}

const mainPart = () => /** @type {HTMLElement} */ (document.getElementById("main"));

/** @param {boolean} moved whether a link was followed, rather than the browser's buttons */
async function show(moved, first = false) {
  const route = parse(location.href);
  const [mine, scroll] = [(visit += 1), moved ? 0 : keptScroll()];
  drawShell();
  let page;
  try {
    page = await PAGES[route.page]();
  } catch (error) {
    page = { mount: (/** @type {HTMLElement} */ root) => mountFault(root, error) };
  }
  if (mine !== visit) return; // The reader has already gone on.
  unmount();
  const root = document.createElement("div");
  root.className = "page";
  mainPart().replaceChildren(root);
  document.title = "zerosum studio";
  unmount = page.mount(root, route) ?? (() => {});
  scrollTo(0, scroll);
  // Readers of the screen hear where they are.
  if (!first) focusHeading(root);
}

/** @param {HTMLElement} root */
function focusHeading(root) {
  const heading = root.querySelector("h1");
  if (!heading) return mainPart().focus({ preventScroll: true });
  heading.tabIndex = -1;
  return heading.focus({ preventScroll: true });
}

/** @type {Mount} */
function mountMissing(root, route) {
  render(
    html`<h1 class="hidden-text">Not found</h1>${empty({
      icon: "search",
      title: "There is no such page",
      text: `Nothing is at ${route.path}.`,
      action: html`<a class="button primary" href="/">To the runs</a>`,
    })}`,
    root,
  );
  return () => {};
}

/** @param {HTMLElement} root @param {unknown} error */
function mountFault(root, error) {
  console.error(error);
  render(
    html`<div class="page-head"><h1>This page could not be loaded</h1></div>${fault(
      error,
      html`<button class="button" type="button" @click=${() => location.reload()}>
        Load again</button>`,
    )}`,
    root,
  );
  return () => {};
}

for (const [key, words, address] of [
  ["r", "Runs", "/"],
  ["n", "New run", "/new"],
  ["q", "Queue", "/queue"],
  ["u", "Use", "/use"],
  ["l", "Learn", "/learn"],
])
  shortcut(`g ${key}`, words, () => navigate(address), "Go to");
shortcut("?", "These shortcuts", showHelp, "Everywhere");

startKeys();
startRouter((moved) => show(moved));
show(false, true);
startRuns();
startQueue();
startStudio();
queue.watch(drawShell);
studio.watch(drawShell);
watchConnection(drawShell);
