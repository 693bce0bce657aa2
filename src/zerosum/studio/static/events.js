// @ts-check
/**
 * Following what changes in the studio.
 *
 *     const end = subscribe("run/faces", (news) => { ... });
 *
 * The first news tell all there is (`reset: true` of a run, `all: true` of the runs), later ones
 * what has changed; docs/studio.md says what is in them. Nothing is missed over a lost connection.
 */
import { Hub } from "./following/hub.js";
import { token } from "./token.js";

const TOPIC = /^(runs|queue|studio|(run|job)\/[^./\\][^/\\]{0,254})$/;

/** @type {Map<string, Set<(news: any) => void>>} */
const callbacks = new Map();
/** @type {Set<(connected: boolean, text: string) => void>} */
const watchers = new Set();
let connection = { state: "connecting", text: "" };
/** @type {((message: any) => void) | null} */
let say = null;

/**
 * @param {string} topic `runs`, `queue`, `studio`, `run/NAME` or `job/ID`
 * @param {(news: any) => void} callback told each piece of news
 * @returns {() => void} ends it
 */
export function subscribe(topic, callback) {
  if (!TOPIC.test(topic)) throw new Error(`There is no topic ${topic}.`);
  const mine = callbacks.get(topic) ?? new Set();
  callbacks.set(topic, mine.add(callback));
  // Also the second who asks is told from the beginning, as then are all of this page.
  speaker()({ kind: "subscribe", topic });
  return () => {
    if (!mine.delete(callback) || mine.size) return;
    callbacks.delete(topic);
    speaker()({ kind: "unsubscribe", topic });
  };
}

/**
 * @param {(connected: boolean, text: string) => void} callback told now, and at each change; the
 *   text says what to tell the reader
 * @returns {() => void} ends it
 */
export function onConnection(callback) {
  watchers.add(callback);
  callback(isConnected(), connection.text);
  return () => watchers.delete(callback);
}

// Who is refused has been told so by a dialog, and the studio does answer.
const isConnected = () => connection.state !== "lost";

function heard({ kind, topic, data, connection: now }) {
  if (kind === "connection") {
    connection = now;
    for (const each of watchers) each(isConnected(), now.text);
  } else if (kind === "news") for (const each of callbacks.get(topic) ?? []) each(data);
}

function speaker() {
  say ??= typeof SharedWorker === "function" ? throughWorker() : directly();
  return say;
}

/** Where tabs share nothing, as in some browsers of phones, each has a stream of its own. */
function directly() {
  const hub = new Hub();
  const port = { postMessage: (message) => queueMicrotask(() => heard(message)) };
  hub.hear(port, { kind: "hello", token: token() ?? "" });
  return (message) => hub.hear(port, message);
}

function throughWorker() {
  const worker = new SharedWorker("/static/events-worker.js", {
    type: "module",
    name: "zerosum-studio",
  });
  worker.onerror = () => startAgain(directly());
  worker.port.onmessage = ({ data }) => heard(data);
  const hello = async () => {
    const lock = await heldLock();
    worker.port.postMessage({ kind: "hello", token: token() ?? "", lock });
    for (const topic of callbacks.keys()) worker.port.postMessage({ kind: "subscribe", topic });
  };
  let isKnown = false;
  hello().then(() => (isKnown = true));
  addEventListener("pagehide", () => worker.port.postMessage({ kind: "bye" }));
  // A page that the browser had put aside is there again.
  addEventListener("pageshow", ({ persisted }) => persisted && hello());
  return (message) => isKnown && worker.port.postMessage(message);
}

function startAgain(speak) {
  say = speak;
  for (const topic of callbacks.keys()) speak({ kind: "subscribe", topic });
}

/** A lock that is free again when this page is gone, however it goes. */
async function heldLock() {
  if (!navigator.locks) return null; // Where the address is neither local nor encrypted.
  const name = `zerosum-tab-${crypto.randomUUID()}`;
  return new Promise((resolve) => {
    navigator.locks.request(name, () => {
      resolve(name);
      return new Promise(() => {});
    });
  });
}
