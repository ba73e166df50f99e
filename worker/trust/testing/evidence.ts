/** Shared by the tests of this folder: a store with a task's past, members of a group, events, silent doubles. */
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { GroupMember, MachineFacts } from '../../../contract/trust.ts';
import type { Hex } from '../../../protocol/hex.ts';
import type { RelayEvent } from '../../../protocol/wire/event.ts';
import type { NodeInfo } from '../../../protocol/wire/node.ts';
import type { QosTrace } from '../../../protocol/wire/qos-tracing.ts';
import { RELAY_RULES } from '../../networks/network-rules.ts';
import type { TrustNetwork } from '../../networks/relay/relay-reader.ts';
import { openStore, type Store } from '../../store/store.ts';
import { NODE_INFO } from '../../testing/fake-network.ts';
import { OTHER, SELF } from '../../testing/remote-task.ts';
import { tempDir } from '../../testing/temp-dir.ts';

export const NOW = 1_700_000_100_000;

export const MACHINE: MachineFacts = {
  engine: { kind: 'official', version: '3.5.0' },
  gpu: { name: 'NVIDIA GeForce RTX 4090+Linux', vramGib: 24, cards: 1 },
  driver: '550.54',
  program: '0.1.0',
  platform: 'linux x64',
};

export interface TestStore {
  readonly store: Store;
  readonly dataDir: string;
  readonly resultsDir: string;
}

export function testStore(dataDir = tempDir()): TestStore {
  const store = openStore(dataDir, NOW);
  onTestFinished(() => store.close());
  return { store, dataDir, resultsDir: join(dataDir, 'results') };
}

let lastEventId = 0;

export function event(type: string, commitment: string | null, args: object = {}, changes: Partial<RelayEvent> = {}): RelayEvent {
  return { id: ++lastEventId, type, nodeAddress: SELF, commitment, args: JSON.stringify(args), ...changes };
}

export function slashEvent(commitment: string, more: object = {}): RelayEvent {
  const args = { node_address: SELF, task_id_commitment: commitment, amount: '400', network: 'devnet', ...more };
  return event('NodeSlashed', commitment, args);
}

export function member(commitment: Hex, changes: Partial<GroupMember> = {}): GroupMember {
  return {
    commitment,
    self: false,
    node: OTHER,
    status: 'ScoreReady',
    score: `0x${'aa'.repeat(32)}`,
    end: 'GroupValidated',
    executionMs: null,
    knownBy: 'events',
    ...changes,
  };
}

export function trace(eventType: string, atMs: number, changes: Partial<QosTrace> = {}): QosTrace {
  const level = { long: 0.5, health: 1, combined: 0.5 };
  return { atMs, commitment: null, event: eventType, taskScore: null, rank: null, before: level, after: level, ...changes };
}

export function nodeInfo(changes: Partial<NodeInfo> = {}): NodeInfo {
  return {
    ...NODE_INFO,
    address: SELF,
    network: 'devnet',
    status: 'Available',
    gpuName: 'NVIDIA GeForce RTX 4090+Linux',
    gpuVramGib: 24,
    modelIds: ['base:qwen/qwen3-8b'],
    qosScore: 0.5,
    probWeight: 0.33,
    operatorStakingWei: 400n,
    relayBalanceWei: 0n,
    ...changes,
  };
}

/** Replaces a relay in states that a test cannot produce with a real one. */
export function fakeNetwork(answers: Partial<TrustNetwork> = {}): TrustNetwork {
  return {
    rules: RELAY_RULES,
    address: SELF,
    nodeInfo: async () => nodeInfo(),
    qosTracing: async () => ({ address: SELF, maxEvents: 50, events: [] }),
    eventsOfTask: async () => [],
    eventsAfter: async () => [],
    eventsAround: async () => [],
    presence: async (address) => ({ address, status: 'Available', version: '3.5.0' }),
    publicNodes: async () => ({ nodes: [], complete: true }),
    queuedTasks: async () => 0,
    loadedModels: async () => 'unsupported',
    ...answers,
  };
}
