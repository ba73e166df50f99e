/** Types of a plan and of what it is made from. */
import type { HostClient, NodeClient } from '../../contract/rpc-client.ts';
import type { Passphrases } from '../cli/unattended.ts';
import type { AppliedFile } from './applied-file.ts';
import type { FieldPath, NodesFile } from './read-nodes-file.ts';
import type { SecretReader } from './secret-reader.ts';

export interface HostAccess {
  readonly host: HostClient;
  /** A node's process, or its records if it is not running; null = neither. */
  readonly nodeOf: (profileId: string) => Promise<NodeClient | null>;
}

export interface PlanOptions extends HostAccess {
  readonly file: NodesFile;
  readonly reader: SecretReader;
  /** Passphrases for the keystore, in addition to those the file refers to. */
  readonly passphrases: Passphrases;
  readonly applied: AppliedFile;
  /** `running`: new autoStart nodes are started here; `starting`: it starts right after this; null: it does not run. */
  readonly program: 'running' | 'starting' | null;
  /** Whether to remove nodes that are not in the file. */
  readonly prune: boolean;
}

export interface Change {
  readonly field: string;
  /** Null = not set before. */
  readonly from: string | null;
  readonly to: string | null;
}

export interface Step {
  readonly what: 'network' | 'key' | 'setting' | 'secret' | 'node';
  readonly act: 'add' | 'change' | 'unlock' | 'remove';
  readonly name: string;
  readonly changes: readonly Change[];
  readonly perform: () => Promise<void>;
}

export interface Plan {
  readonly steps: readonly Step[];
  /** Nodes that are not in the file but were kept, with the reason. */
  readonly kept: readonly { readonly node: string; readonly why: string }[];
  /** Number of steps not done because it was asked to stop. */
  readonly left?: number;
}

/** Collects every reason why the file cannot be applied. */
export type Refuse = (field: FieldPath, message: string) => void;
