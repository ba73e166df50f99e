/** What every command is given. */
import type { Clock } from '../../protocol/ports.ts';
import type { Terminal } from './terminal.ts';

export interface Context {
  readonly terminal: Terminal;
  readonly clock: Clock;
}

/** Options that every command takes. */
export interface CommonOptions {
  /** Data directory. */
  readonly data: string;
  /** The answer as one line of JSON. */
  readonly json?: boolean;
}
