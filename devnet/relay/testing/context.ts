/** The inside of a relay without its HTTP side, for tests that start from rows. */

import { NEW_NODE_QOS } from '../../../protocol/node/qos.ts';
import { ManualClock } from '../../../protocol/ports.ts';
import { addressOf } from '../../../protocol/signing/keys.ts';
import { parseRelayConfig, type RelayConfigInput, randomSamplingSeed } from '../config.ts';
import type { RelayContext } from '../context.ts';
import { memoryFiles } from '../files.ts';
import type { NodeRow, TaskRow } from '../store/rows.ts';
import { openStore } from '../store/store.ts';
import { unstartedFields } from '../task-creation.ts';
import { keyOf, LLM_ARGS, MODEL, STAKE, START_MS, seededRandom } from './harness.ts';

export function testContext(
  config: RelayConfigInput = {},
  stakes: RelayContext['stakes'] = 'books',
): RelayContext & { readonly clock: ManualClock } {
  const random = seededRandom('context');
  return {
    config: parseRelayConfig(config),
    clock: new ManualClock(START_MS),
    random,
    samplingSeed: randomSamplingSeed((length) => random.bytes(length)),
    store: openStore(),
    stakes,
    files: memoryFiles(),
    onError: (error) => {
      throw error;
    },
  };
}

export function nodeRow(name: string, fields: Partial<NodeRow> = {}): NodeRow {
  return {
    address: addressOf(keyOf(name)),
    network: 'devnet',
    status: 'Available',
    gpuName: 'GPU+Linux',
    gpuVramGib: 24,
    version: '3.5.0',
    modelIds: [MODEL],
    inUseModelIds: [],
    stakeWei: STAKE,
    currentTask: null,
    joinTimeMs: START_MS,
    lastSeenMs: START_MS,
    qos: { ...NEW_NODE_QOS, pool: [] },
    pendingSlash: [],
    downloads: [],
    ...fields,
  };
}

export function taskRow(fields: Partial<TaskRow> = {}): TaskRow {
  return {
    sequence: 1,
    commitment: `0x${'aa'.repeat(32)}`,
    creator: addressOf(keyOf('app')),
    taskId: '',
    samplingSeed: `0x${'bb'.repeat(32)}`,
    nonce: `0x${'cc'.repeat(32)}`,
    status: 'Queued',
    type: 'Llm',
    version: '3.0.0',
    args: LLM_ARGS,
    modelIds: [MODEL],
    minVramGib: 8,
    requiredGpu: '',
    requiredGpuVramGib: 0,
    size: 1,
    feeWei: 0n,
    priority: 0n,
    seconds: { warm: 30, modelSwitch: 150 },
    timeoutSeconds: 0,
    createTimeMs: START_MS,
    ...unstartedFields(),
    ...fields,
  };
}
