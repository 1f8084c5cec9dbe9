// What was done, in order, and what was undone. It knows of no canvas: whoever asks draws what it says.

export class History {
  /** @type {Operation[]} */
  #done = [];
  /** @type {Operation[]} */
  #undone = [];

  get operations() { return this.#done; }
  get canUndo() { return this.#done.length > 0; }
  get canRedo() { return this.#undone.length > 0; }

  /**
   * Something new was done: what was undone before is gone.
   * @param {Operation} operation
   */
  push(operation) {
    this.#done.push(operation);
    this.#undone = [];
  }

  /** Take back the last; false where there is nothing. */
  undo() {
    return this.#move(this.#done, this.#undone);
  }

  redo() {
    return this.#move(this.#undone, this.#done);
  }

  /** @param {Operation[]} from @param {Operation[]} to */
  #move(from, to) {
    const last = from.pop();
    if (last) to.push(last);
    return Boolean(last);
  }
}
