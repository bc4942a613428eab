// What a person asks for while answers are on their way: it is done in the order asked, and what came too late is dropped.

export class Turns {
  #last = Promise.resolve();
  #waiting = 0;
  #stop = new AbortController();

  /** {@code tell} is given the text of what fails. */
  constructor(tell) {
    this.tell = tell;
  }

  /** True while an action asked for earlier waits for its answer. */
  get busy() {
    return this.#waiting > 0;
  }

  /** Runs an action after those before it; its signal is aborted when it does not matter any more. */
  take(action) {
    const {signal} = this.#stop;
    this.#waiting++;
    this.#last = this.#last.then(() => signal.aborted ? undefined : action(signal)).catch((e) => {
      if (e.name !== 'AbortError') this.tell(e.message);
    }).finally(() => { if (!signal.aborted) this.#waiting--; });
    return this.#last;
  }

  /** Whatever is still to come gives way to what is asked for now. */
  drop() {
    this.#stop.abort();
    this.#stop = new AbortController();
    this.#last = Promise.resolve();
    this.#waiting = 0;
  }
}
