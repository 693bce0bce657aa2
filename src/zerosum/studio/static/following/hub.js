// @ts-check
/**
 * Tells many tabs, or one, what happens to the topics that they follow.
 *
 * Browsers open six connections to a server: with a stream for each tab, the seventh tab could
 * not even load. So there is one hub, in a worker that all tabs share.
 */
import { collected } from "./collected.js";
import { Stream } from "./stream.js";

const GRACE = 30_000;
/** Milliseconds for which a topic that nobody wants is followed: readers go back and forth. */

/**
 * @typedef {{postMessage: (message: any) => void}} Port
 */

export class Hub {
  constructor() {
    /** @type {Map<Port, Set<string>>} */
    this.ports = new Map();
    /** @type {Map<string, {take: (data: any) => any, whole: () => any}>} */
    this.known = new Map();
    /** @type {Map<string, ReturnType<typeof setTimeout>>} */
    this.leaving = new Map();
    this.key = "";
    this.connection = { state: "connecting", text: "" };
    this.stream = new Stream({
      token: () => this.key,
      tell: (topic, data) => this.tell(topic, data),
      changed: (connection) => this.changed(connection),
    });
  }

  /** @param {Port} port @param {any} message what a tab says */
  hear(port, { kind, topic, token }) {
    if (kind === "hello") this.hello(port, token);
    else if (kind === "bye") this.bye(port);
    else if (kind === "subscribe") this.subscribe(port, topic);
    else if (kind === "unsubscribe") this.unsubscribe(port, topic);
  }

  hello(port, token) {
    if (!this.ports.has(port)) this.ports.set(port, new Set());
    port.postMessage({ kind: "connection", connection: this.connection });
    const isNew = token !== this.key;
    this.key = token;
    if (isNew || this.connection.state === "lost") this.stream.retry();
  }

  bye(port) {
    const topics = this.ports.get(port) ?? [];
    this.ports.delete(port);
    for (const topic of topics) this.leave(topic);
  }

  subscribe(port, topic) {
    this.ports.get(port)?.add(topic);
    clearTimeout(this.leaving.get(topic));
    this.leaving.delete(topic);
    const known = this.known.get(topic);
    if (known === undefined) {
      this.known.set(topic, collected(topic));
      this.stream.follow([...this.known.keys()]);
      return;
    }
    const whole = known.whole();
    if (whole !== null) port.postMessage({ kind: "news", topic, data: whole });
  }

  unsubscribe(port, topic) {
    this.ports.get(port)?.delete(topic);
    this.leave(topic);
  }

  /** Follow a topic no longer, if nobody asks for it again in a while. */
  leave(topic) {
    if (this.isWanted(topic) || this.leaving.has(topic)) return;
    const drop = () => {
      this.leaving.delete(topic);
      if (this.isWanted(topic)) return;
      this.known.delete(topic);
      this.stream.follow([...this.known.keys()]);
    };
    this.leaving.set(topic, setTimeout(drop, GRACE));
  }

  isWanted(topic) {
    return [...this.ports.values()].some((topics) => topics.has(topic));
  }

  tell(topic, data) {
    const known = this.known.get(topic);
    if (known === undefined) return; // Told in the moment in which it was dropped.
    const told = known.take(data);
    for (const [port, topics] of this.ports)
      if (topics.has(topic)) port.postMessage({ kind: "news", topic, data: told });
  }

  changed(connection) {
    if (connection.state === this.connection.state) return;
    this.connection = connection;
    for (const port of this.ports.keys()) port.postMessage({ kind: "connection", connection });
  }
}
