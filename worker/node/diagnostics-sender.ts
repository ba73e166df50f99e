/**
 * Sends stored diagnostics one by one; a report that the network refuses goes to the back of the queue. RELAY_PROTOCOL
 * 8.7.
 */
import type { LoopContext } from '../loop/context.ts';
import { isOutcomeUnknown } from '../networks/relay/refusals.ts';

const BATCH = 10;
const MAX_ATTEMPTS = 5;

export class DiagnosticsSender {
  readonly #context: LoopContext;

  constructor(context: LoopContext) {
    this.#context = context;
  }

  get pending(): boolean {
    return this.#context.store.settings.get('sendDiagnostics') === true && this.#next().length > 0;
  }

  async poll(): Promise<void> {
    const { store, network, clock, log } = this.#context;
    for (const { id, report } of this.#next()) {
      try {
        await network.reportNodeError(report);
        store.diagnostics.markSent(id, clock.now());
      } catch (error) {
        // A failed connection is not the report's fault.
        if (isOutcomeUnknown(error)) throw error;
        store.diagnostics.markFailed(id, error instanceof Error ? error.message : String(error));
        log.warn({ commitment: report.commitment, err: error }, 'a diagnostic report was refused');
      }
    }
  }

  #next() {
    return this.#context.store.diagnostics.pending(BATCH).filter(({ attempts }) => attempts < MAX_ATTEMPTS);
  }
}
