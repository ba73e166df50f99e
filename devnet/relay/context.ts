/** What all parts of the relay share. */
import type { Clock, Random } from '../../protocol/ports.ts';
import type { RelayConfig, SamplingSeed } from './config.ts';
import type { TaskFiles } from './files.ts';
import type { Store } from './store/store.ts';

export interface RelayContext {
  readonly config: RelayConfig;
  readonly clock: Clock;
  readonly random: Random;
  readonly samplingSeed: SamplingSeed;
  readonly store: Store;
  /** Where stakes are: only in these books, or on a chain that the books follow. */
  readonly stakes: 'books' | 'chain';
  readonly files: TaskFiles;
  /** Called if a background step failed for one task; the others continue. */
  readonly onError: (error: unknown) => void;
}
