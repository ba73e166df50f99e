/** The demo's network with all participants and the demo's operations on it, for both kinds of network. */
import type { NodeClient } from '../contract/rpc-client.ts';
import type { SampleTask } from '../devnet/application/samples.ts';
import type { Participant } from '../devnet/explorer.ts';
import type { NetworkView } from '../devnet/network-view.ts';
import type { EngineCommand } from '../devnet/peers/behaviour.ts';
import type { JobResult } from './job-steps.ts';
import type { Report } from './report-text.ts';
import type { SubmittedTask } from './submit.ts';

export interface StageOptions {
  /** Empty directory. */
  readonly dataDir: string;
  readonly print: (text: string) => void;
  readonly say: (text: string) => void;
  readonly signal: AbortSignal;
  /** Titles by commitment; filled as tasks are created. */
  readonly titles: Map<string, string>;
  /** Time since the demo began. */
  readonly elapsedMs: () => number;
  /** Engine of every node; default: the embedded one. Only with tasks on a chain. */
  readonly engine?: EngineCommand;
}

export interface Stage {
  /** Its name and address. */
  readonly places: readonly string[];
  readonly participants: readonly Participant[];
  readonly view: NetworkView;
  /** Prints every step of every task until {@link stop}. */
  follow(): void;
  runJob(): Promise<JobResult>;
  /** One more task, for `--live`. */
  submit(task: SampleTask): Promise<SubmittedTask>;
  /** The current report; it may take a moment until everything adds up. */
  report(durationMs: number): Promise<Report>;
  stop(): Promise<void>;
}

/** Maximum number of rows that a node returns at once. */
const PAGE = 500;

/** What your node has recorded of its payments, by commitment. */
export async function paymentsOf({ tasks }: NodeClient): Promise<ReadonlyMap<string, bigint>> {
  const paid = new Map<string, bigint>();
  for (let offset = 0; ; offset += PAGE) {
    const { rows, total } = await tasks.page({ limit: PAGE, offset });
    for (const { commitment, paymentWei } of rows) {
      if (paymentWei !== null && paymentWei !== '0') paid.set(commitment, BigInt(paymentWei));
    }
    if (offset + PAGE >= total) return paid;
  }
}
