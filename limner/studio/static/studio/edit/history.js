// What was done, in order, and what was undone. It knows of no canvas: whoever asks draws what it says.

export class History {
  #done = [];
  #undone = [];

  get operations() { return this.#done; }
  get canUndo() { return this.#done.length > 0; }
  get canRedo() { return this.#undone.length > 0; }

  /** Something new was done: what was undone before is gone. */
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

  #move(from, to) {
    if (!from.length) return false;
    to.push(from.pop());
    return true;
  }
}
