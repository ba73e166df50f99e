/** Publishes a node's view to the host whenever it differs from the last one, with increasing revisions. */
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

  /** Publishes the view if the host does not have it yet. */
  publish(view: NodeView): void {
    const text = JSON.stringify({ ...view, revision: 0 });
    if (text === this.#last) return;
    this.#last = text;
    this.#onNode({ ...view, revision: ++this.#revision });
  }
}
