// @ts-check
// What is at work, and what a new job would wait for.
import { isRunning, isWaiting, queue } from "../store/queue.js";
import { shelf } from "../store/runs.js";

const BUSY = ["preparing", "training", "stopping"];

/** The runs that compute now, by name. @returns {string[]} */
export const training = () =>
  [...(shelf.value.runs?.values() ?? [])].filter((run) => BUSY.includes(run.state)).map((run) => run.name);

/** Why times cannot be measured now; "" where they can. */
export function whyNotMeasured() {
  const [name] = training();
  return name ? `${name} is being trained: times are measured when nothing else computes.` : "";
}

/** What a new job would wait for, in words; "" where it starts at once. */
export function waitingFor() {
  const { jobs, paused } = queue.value;
  if (paused) return "The queue is held: it starts when the queue goes on.";
  const before = (jobs ?? []).filter((job) => isRunning(job) || isWaiting(job));
  const all = [...new Set([...before.map((job) => job.run ?? job.kind), ...training()])];
  if (!all.length) return "";
  const more = all.length > 1 ? ` and ${all.length - 1} more` : "";
  return `It waits for ${all[0]}${more}.`;
}
