/** Work that must not overlap. */
export class SerialQueue {
  #last: Promise<unknown> = Promise.resolve();

  /** Begins when all that was given before has ended, successful or not. @returns and throws what the work does */
  run<Result>(work: () => Result | Promise<Result>): Promise<Result> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => {});
    return done;
  }
}
