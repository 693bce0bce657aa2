// @ts-check
// Two dialogs of every page: how the studio is and looks, and the keyboard shortcuts.
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { openDialog } from "../components/dialog.js";
import { progressBar, segments } from "../components/parts.js";
import { bytes } from "../components/text.js";
import { studio } from "../store/studio.js";
import { allShortcuts, shortcutsOn, switchShortcuts } from "./keys.js";

/** How the studio is: disk, worker, place; and light or dark. */
export function showStatus() {
  openDialog(
    { title: "The studio" },
    (_close, redraw) => html`
    ${facts()}
    <div class="row apart"><span id="appearance">Appearance</span>${segments(
      "Appearance",
      [
        ["light", "Light"],
        ["dark", "Dark"],
        ["system", "As the system"],
      ],
      window.zerosumTheme.choice,
      (value) => {
        window.zerosumTheme.choice = value;
        redraw();
      },
    )}</div>
    <p class="small dim">Programs can do all that these pages do:
      see <a href="/api">the API</a>.</p>`,
  );
}

function facts() {
  const now = studio.value;
  if (!now) return html`<p class="dim">The studio has not answered yet.</p>`;
  const { disk, worker } = now;
  const used = disk ? 1 - disk.free / disk.total : 0;
  return html`<dl class="stack">
    <div><dt class="small dim">Runs</dt><dd><code>${now.runs}</code></dd></div>
    ${
      disk
        ? html`<div><dt class="small dim">Disk</dt>
            <dd class="stack"><span>${bytes(disk.free)} free of
      ${bytes(disk.total)}</span>${progressBar({ share: used, label: "Disk in use" })}</dd></div>`
        : nothing
    }
    <div><dt class="small dim">Worker</dt><dd>${worker?.doing ?? worker?.state ?? "–"}</dd></div>
    ${
      now.device
        ? html`<div><dt class="small dim">Device</dt>
          <dd>${now.device}</dd></div>`
        : nothing
    }
    <div><dt class="small dim">Version</dt><dd>zerosum ${now.version}</dd></div>
    ${
      now.schedules === false
        ? html`<p class="note warn">Another studio works on the queue of this
      folder. This one shows everything and passes its orders on.</p>`
        : nothing
    }</dl>`;
}

/** All keyboard shortcuts that work now. */
export function showHelp() {
  const groups = new Map();
  for (const each of allShortcuts())
    groups.set(each.group, [...(groups.get(each.group) ?? []), each]);
  openDialog(
    { title: "Keyboard shortcuts" },
    () => html`
    ${[...groups].map(
      ([group, entries]) => html`<section class="stack"><h3>${group}</h3>
      <dl class="shortcuts">${entries.map(
        ({ keys, text }) => html`<dt>${keys.split(" ").map(keyCap)}</dt><dd>${text}</dd>`,
      )}
      </dl></section>`,
    )}
    <label class="check"><input type="checkbox" .checked=${shortcutsOn()}
      @change=${(/** @type {Event} */ event) =>
        switchShortcuts(
          /** @type {HTMLInputElement} */ (event.target).checked,
        )}>Shortcuts are on</label>`,
  );
}

/** @param {string} key */
const keyCap = (key) => html`<kbd>${NAMES[key] ?? key}</kbd> `;

const NAMES = { ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓" };
