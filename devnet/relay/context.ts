/** What every part of the relay works with. */
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
  /** Where stakes are: in these books alone, or on a chain that the books follow. */
  readonly stakes: 'books' | 'chain';
  readonly files: TaskFiles;
  /** Something in the background went wrong with one task; the others go on. */
  readonly onError: (error: unknown) => void;
}
