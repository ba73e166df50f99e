/** What a plan is made of, and what it is made from. */
import type { HostClient, NodeClient } from '../../contract/rpc-client.ts';
import type { Passphrases } from '../cli/unattended.ts';
import type { AppliedFile } from './applied-file.ts';
import type { FieldPath, NodesFile } from './read-nodes-file.ts';
import type { SecretReader } from './secret-reader.ts';

export interface Asked {
  readonly host: HostClient;
  /** What a node's process, or its records, tell; null where neither is there. */
  readonly nodeOf: (profileId: string) => Promise<NodeClient | null>;
}

export interface PlanOptions extends Asked {
  readonly file: NodesFile;
  readonly reader: SecretReader;
  /** Of the keystore, besides what the file points at. */
  readonly passphrases: Passphrases;
  readonly applied: AppliedFile;
  /** `program`: it runs already, and a new node that starts with it is started; `start`: it starts right after this. */
  readonly stays: 'program' | 'start' | null;
  /** Takes away nodes that the file does not have. */
  readonly prune: boolean;
}

export interface Change {
  readonly field: string;
  /** Null = it was not there. */
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
  /** Nodes that are not in the file and stay nevertheless, with the reason. */
  readonly kept: readonly { readonly node: string; readonly why: string }[];
  /** Steps that were not done, as it was told to end. */
  readonly left?: number;
}

/** Collects everything that keeps the file from being carried out. */
export type Refuse = (field: FieldPath, message: string) => void;
