// @ts-check
// Which picture is translated: the reader's own, and some of the run's data.
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { icon } from "../components/icons.js";
import { pictureUrl } from "../use/pictures.js";
import { strip } from "./split.js";

/**
 * @typedef {{id: string, name: string, side: number, own: boolean}} Picture `side`: the longer one,
 *   in pixels; `own`: the reader's, not an example
 */

/**
 * @param {{pictures: Picture[], examples: Picture[], chosen: string,
 *   choose: (picture: Picture) => void, others: () => void}} what
 */
export const choice = ({ pictures, examples, chosen, choose, others }) => {
  const strips = (/** @type {Picture[]} */ some, /** @type {string} */ label) =>
    strip({
      label,
      pictures: some.map(({ id, name }) => ({ key: id, name, url: pictureUrl(id) })),
      chosen,
      choose: (key) => choose(/** @type {Picture} */ (some.find(({ id }) => id === key))),
    });
  return html`${
    pictures.length
      ? html`<section class="stack tight"><h2>Your pictures</h2>${strips(
          pictures,
          "Your pictures",
        )}</section>`
      : nothing
  }${
    examples.length
      ? html`<section class="stack tight"><div class="row apart"><h2>Of the run's data</h2>
        <button class="button quiet small" type="button" @click=${others}>${icon("dice")}Others</button>
        </div>${strips(examples, "Pictures of the run's data")}</section>`
      : nothing
  }`;
};
