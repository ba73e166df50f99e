/** The messages between the soak and its host process. */
import type { NodeConfigInput } from '../../contract/node-config.ts';

export interface HostedNode {
  readonly name: string;
  readonly config: NodeConfigInput;
  readonly privateKey: string;
  /** Environment of its worker. */
  readonly env: Readonly<Record<string, string>>;
}

export type ToSoakHost =
  | { readonly type: 'run'; readonly nodes: readonly HostedNode[]; readonly entry: string }
  | { readonly type: 'unstake' | 'resume'; readonly node: string }
  | { readonly type: 'withdraw'; readonly node: string; readonly amountWei: string; readonly id: number }
  /** Reads every source again; answered with what does not agree. */
  | { readonly type: 'reconcile'; readonly node: string; readonly id: number }
  /** Every worker ends in order, then the host. */
  | { readonly type: 'stop' };

export type FromSoakHost =
  | { readonly type: 'worker'; readonly node: string; readonly pid: number }
  | { readonly type: 'view'; readonly node: string; readonly state: string; readonly life: string; readonly isBusy: boolean }
  | {
      readonly type: 'exit';
      readonly node: string;
      readonly code: number | null;
      readonly signal: string | null;
      readonly why: string;
    }
  | { readonly type: 'answer'; readonly id: number; readonly problems: readonly string[] };
