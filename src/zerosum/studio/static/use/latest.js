// @ts-check
// Calls that follow a hand: at most one is under way, and of what is asked meanwhile the newest is
// sent next. So a slider neither queues up what nobody wants any more, nor starves while it moves.

/** @template Body, Answer */
export class Latest {
  /**
   * @param {(body: Body, signal: AbortSignal) => Promise<Answer>} send
   * @param {(answer: Answer, body: Body) => void} take told each answer, in the order of the questions
   * @param {(error: unknown, body: Body) => void} fail
   */
  constructor(send, take, fail) {
    [this.send, this.take, this.fail] = [send, take, fail];
    this.stopping = new AbortController();
    this.isBusy = false;
    /** @type {{body: Body} | null} */
    this.next = null;
  }

  /** @param {Body} body */
  ask(body) {
    this.next = { body };
    if (!this.isBusy) this.run();
  }

  async run() {
    const { signal } = this.stopping;
    this.isBusy = true;
    while (this.next && !signal.aborted) {
      const { body } = this.next;
      this.next = null;
      try {
        const answer = await this.send(body, signal);
        if (!signal.aborted) this.take(answer, body);
      } catch (error) {
        // Of what was overtaken nobody needs to know why it failed.
        if (!signal.aborted && !this.next) this.fail(error, body);
      }
    }
    this.isBusy = false;
  }

  end() {
    this.stopping.abort();
  }
}
