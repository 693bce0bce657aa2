// @ts-check
/** One stream of events for all topics that are wanted, connected again whenever it is lost. */
import { eventsOf } from "./sse.js";

const EVENTS = "/api/v1/events";
const SILENCE = 40_000;
/** Milliseconds after which a stream is lost: the server says every 15 s that it is there. */
const FIRST_WAIT = 500;
const LONGEST_WAIT = 10_000;
const GATHERING = 15;
/** Milliseconds in which the topics of a page come together. */

/**
 * @typedef {{state: "connecting" | "connected" | "lost" | "refused", text: string}} Connection
 */

export class Stream {
  /**
   * @param {{token: () => string, tell: (topic: string, data: any) => void,
   *   changed: (connection: Connection) => void}} owner
   */
  constructor(owner) {
    this.owner = owner;
    /** @type {string[]} */
    this.topics = [];
    /** @type {Set<string>} those of which nothing is known here, whatever the id says */
    this.anew = new Set();
    /** @type {string | null} */
    this.id = null;
    this.attempts = 0;
    /** @type {AbortController | null} */
    this.open = null;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
  }

  /** @param {string[]} topics all that are wanted from now on */
  follow(topics) {
    for (const each of topics) if (!this.topics.includes(each)) this.anew.add(each);
    this.topics = [...topics];
    this.connectIn(GATHERING);
  }

  /** Try again at once, for instance with another token. */
  retry() {
    this.attempts = 0;
    this.connectIn(0);
  }

  connectIn(milliseconds) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.connect(), milliseconds);
  }

  async connect() {
    this.open?.abort();
    const mine = new AbortController();
    this.open = mine;
    if (!this.topics.length) return;
    let end;
    try {
      end = await this.listen(mine);
    } catch {
      end = "lost";
    }
    if (this.open !== mine) return; // Another one has taken its place.
    this.open = null;
    if (end === "lost") this.waitAndRetry();
  }

  /** Take events until the stream ends. */
  async listen(mine) {
    const silence = new Silence(() => mine.abort());
    const heard = () => {
      silence.broken();
      this.owner.changed({ state: "connected", text: "" });
    };
    try {
      const response = await fetch(this.address(), {
        headers: this.headers(),
        signal: mine.signal,
        cache: "no-store",
      });
      if (response.status === 401) {
        this.owner.changed({ state: "refused", text: "The studio does not know this page." });
        return "refused";
      }
      if (!response.ok) return "lost";
      for await (const event of eventsOf(response, heard)) {
        if (this.open !== mine) return "replaced";
        this.take(event);
      }
      return "lost";
    } finally {
      silence.end();
      mine.abort();
    }
  }

  take({ id, data }) {
    this.attempts = 0;
    const told = JSON.parse(data);
    this.anew.delete(told.topic);
    this.id = id;
    this.owner.tell(told.topic, told);
  }

  address() {
    const query = new URLSearchParams({ topics: this.topics.map(encodeURIComponent).join(",") });
    const anew = [...this.anew].filter((each) => this.topics.includes(each));
    if (anew.length) query.set("anew", anew.map(encodeURIComponent).join(","));
    return `${EVENTS}?${query}`;
  }

  headers() {
    const headers = { Authorization: `Bearer ${this.owner.token()}` };
    if (this.id) headers["Last-Event-ID"] = this.id;
    return headers;
  }

  waitAndRetry() {
    this.owner.changed({
      state: "lost",
      text: "The connection to the studio is lost; trying again. Trainings go on.",
    });
    const wait = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** this.attempts);
    this.attempts += 1;
    this.connectIn(wait * (0.75 + Math.random() / 2)); // Not all tabs at the same moment.
  }
}

/** Calls when nothing was heard for too long, as after a night with the lid closed. */
class Silence {
  /** @param {() => void} call */
  constructor(call) {
    this.call = call;
    this.broken();
  }

  broken() {
    this.end();
    this.timer = setTimeout(this.call, SILENCE);
  }

  end() {
    clearTimeout(this.timer);
  }
}
