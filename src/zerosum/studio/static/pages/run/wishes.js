// @ts-check
// What a reader wants drawn besides: other runs over this one, other columns of its statistics.
import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import { otherColumns } from "../../charts/specs.js";
import { History } from "../../store/history.js";
import { shelf } from "../../store/runs.js";

/**
 * @param {History} run
 * @param {Map<string, History>} others by name
 * @param {Set<string>} more columns of the statistics
 * @param {() => void} redraw
 */
export function wishes(run, others, more, redraw) {
  const names = [...(shelf.value.runs?.keys() ?? [])].sort();
  const free = names.filter((name) => name !== run.name && !others.has(name));
  const columns = otherColumns(run).filter((name) => !more.has(name));
  const lay = (/** @type {string} */ name) => others.set(name, new History(name, redraw));
  const leave = (/** @type {string} */ name) => {
    others.get(name)?.end();
    others.delete(name);
  };
  const change =
    (/** @type {(name: string) => unknown} */ act) => (/** @type {string} */ name) => {
      act(name);
      redraw();
    };
  return html`${choice("Lay another run over this one", "Lay a run over it", free, change(lay))}
    ${choice(
      "Draw another column of the statistics",
      "Draw more",
      columns,
      change((name) => more.add(name)),
    )}
    ${[...others.keys()].map((name) => shown(name, change(leave)))}
    ${[...more].map((name) =>
      shown(
        name,
        change((each) => more.delete(each)),
      ),
    )}`;
}

/**
 * @param {string} label @param {string} words @param {string[]} names
 * @param {(name: string) => void} choose
 */
function choice(label, words, names, choose) {
  if (!names.length) return nothing;
  const take = (/** @type {Event} */ event) => {
    const select = /** @type {HTMLSelectElement} */ (event.target);
    if (select.value) choose(select.value);
    select.value = "";
  };
  return html`<select class="small" aria-label=${label} @change=${take}>
    <option value="">${words}</option>
    ${names.map((name) => html`<option value=${name}>${name}</option>`)}</select>`;
}

/** @param {string} name @param {(name: string) => void} leave */
const shown = (name, leave) => html`<button class="button small" type="button"
  aria-label="Leave out ${name}" @click=${() => leave(name)}>
  <span class="clip">${name}</span> ×</button>`;
