// @ts-check
// What may be done with a run now, in the order in which it is offered.
import { copyPath } from "../shared.js";
import * as act from "./actions.js";

/** @typedef {import("../../store/runs.js").Summary} Summary */
/** @typedef {import("./head.js").Action} Action */

const LIVE = ["training", "stopping", "preparing"];

/**
 * @param {Summary} run
 * @param {any} detail of `GET /runs/NAME`; its `can` says what may be done, or why not
 * @param {Record<string, (event: Event) => void>} page what the page itself does
 * @returns {Action[]}
 */
export function offers(run, detail, page) {
  const can = detail.can ?? {};
  const stopping = run.state === "stopping";
  const names = (detail.checkpoints ?? []).map((/** @type {{name: string}} */ each) => each.name);
  const plays = (detail.abilities ?? []).includes("generate");
  const hasBest = names.some((/** @type {string} */ name) => name.startsWith("best"));
  /** @type {Action} */
  const first = LIVE.includes(run.state)
    ? {
        key: "stop",
        text: stopping ? "Stopping …" : "Stop",
        icon: "stop",
        can: stopping || can.stop,
        busy: stopping,
        run: page.stop,
      }
    : { key: "resume", text: "Resume", icon: "play", can: can.resume, run: page.resume };
  /** @type {Action[]} */
  const all = [
    first,
    { key: "longer", text: "Longer", icon: "right", can: can.longer, run: () => act.longer(run) },
    {
      key: "evaluate",
      text: "Evaluate",
      icon: "check",
      can: can.evaluate,
      run: () => act.evaluate(run, hasBest),
    },
    {
      key: "export",
      text: "Export",
      icon: "download",
      can: can.export,
      run: () => act.exportRun(run, hasBest, Boolean(detail.config?.data_a), plays),
    },
    {
      key: "copy",
      text: "Copy with changes",
      icon: "copy",
      can: can.copy ?? true,
      href: copyPath(run),
    },
    ...kept(run, can, page),
  ];
  if (can.kill === true)
    all.splice(1, 0, {
      key: "kill",
      text: "End at once",
      icon: "close",
      can: true,
      run: () => act.kill(run),
    });
  return all;
}

/**
 * What becomes of its folder.
 * @param {Summary} run @param {any} can @param {Record<string, (event: Event) => void>} page
 * @returns {Action[]}
 */
const kept = (run, can, page) => [
  { key: "rename", text: "Rename", icon: "rename", can: can.rename, run: page.rename },
  run.archived
    ? { key: "restore", text: "Restore", icon: "archive", can: can.restore, run: page.restore }
    : { key: "archive", text: "Archive", icon: "archive", can: can.archive, run: page.archive },
  {
    key: "delete",
    text: "Delete",
    icon: "trash",
    can: can.delete,
    danger: true,
    run: page.remove,
  },
];
