// @ts-check
// A curve the size of a word.
import { html, nothing, svg } from "../vendor/lit-html/lit-html.js";

const [WIDTH, HEIGHT, EDGE] = [96, 24, 2];

/**
 * @param {[number, number][]} points
 * @param {string} label what it shows, for those who do not see it
 */
export function sparkline(points, label) {
  const known = points.filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y) && y !== null);
  if (known.length < 2) return nothing;
  const [xs, ys] = [known.map(([x]) => x), known.map(([, y]) => y)];
  const [across, up] = [scale(xs, EDGE, WIDTH - EDGE), scale(ys, HEIGHT - EDGE, EDGE)];
  const path = known.map(([x, y]) => `${across(x).toFixed(1)} ${up(y).toFixed(1)}`).join("L");
  const [lastX, lastY] = /** @type {[number, number]} */ (known.at(-1));
  return html`<svg class="sparkline" viewBox="0 0 ${WIDTH} ${HEIGHT}"
    width=${WIDTH} height=${HEIGHT}
    role="img" aria-label=${label}>${svg`<path d="M${path}"></path>
    <circle cx=${across(lastX)} cy=${up(lastY)} r="2"></circle>`}</svg>`;
}

/** @param {number[]} values @param {number} from @param {number} to */
function scale(values, from, to) {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const span = most - least || 1;
  return (/** @type {number} */ value) => from + ((value - least) / span) * (to - from);
}
