// @ts-check
/** The worker that all tabs of the studio share: it has the one stream of events. */
import { Hub } from "./following/hub.js";

const hub = new Hub();

self.addEventListener("connect", (event) => {
  const port = /** @type {MessageEvent} */ (event).ports[0];
  port.onmessage = ({ data }) => {
    hub.hear(port, data);
    if (data.kind === "hello" && data.lock) byeWhenFree(port, data.lock);
  };
});

/** A tab that dies says nothing, but its lock becomes free. */
function byeWhenFree(port, lock) {
  navigator.locks.request(lock, () => hub.hear(port, { kind: "bye" }));
}
