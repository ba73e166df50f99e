/** What the host is told of a node: each view that differs from the last, with a number that only grows. */
import type { NodeView } from '../../contract/worker-channel.ts';

export class Announcer {
  readonly #onNode: (view: NodeView) => void;
  #revision = 0;
  #last = '';

  constructor(onNode: (view: NodeView) => void) {
    this.#onNode = onNode;
  }

  get revision(): number {
    return this.#revision;
  }

  /** The number for something else that is told, such as a task. */
  next(): number {
    return ++this.#revision;
  }

  /** Tells the view if the host does not know it yet. */
  tell(view: NodeView): void {
    const text = JSON.stringify({ ...view, revision: 0 });
    if (text === this.#last) return;
    this.#last = text;
    this.#onNode({ ...view, revision: this.next() });
  }
}
