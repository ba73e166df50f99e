import type { Interface } from 'ethers';
import { describe, expect, it } from 'vitest';
import { TASK_CHAIN_INTERFACES } from './abi.ts';
import facts from './testing/contract-facts.json' with { type: 'json' };

const contracts = Object.entries(TASK_CHAIN_INTERFACES) as [keyof typeof facts, Interface][];

describe.each(contracts)('the interface of the contract %s', (name, face) => {
  it("has the network's selectors, outputs and mutability", () => {
    const known: Readonly<Record<string, object>> = facts[name].functions;
    face.forEachFunction((fn) => {
      expect(known[fn.format('sighash')], fn.name).toEqual({
        selector: fn.selector,
        outputs: fn.outputs.map((output) => output.format('sighash')),
        mutability: fn.stateMutability,
      });
    });
  });

  it("has the network's topics, and nothing is indexed", () => {
    const known: Readonly<Record<string, object>> = facts[name].events;
    face.forEachEvent((event) => {
      expect(known[event.format('sighash')], event.name).toEqual({
        topic: event.topicHash,
        indexed: event.inputs.map(() => false),
      });
    });
  });
});

// Measured on the network's own bytecode (CHAIN_PROTOCOL 2.3, 2.4, 3.2), so that the facts file above is verified
// independently.
it.each([
  ['task', 'submitTaskScore', '0x35b6175e'],
  ['task', 'reportTaskError', '0xcb9c9475'],
  ['task', 'abortTask', '0xb03d2b11'],
  ['task', 'getTask', '0x15a29035'],
  ['task', 'getNodeTask', '0x9877ad45'],
  ['node', 'join', '0x66d02792'],
  ['node', 'quit', '0xfc2b8cc3'],
  ['node', 'pause', '0x8456cb59'],
  ['node', 'resume', '0x046f7da2'],
  ['node', 'updateVersion', '0x4559ab12'],
  ['node', 'reportModelDownloaded', '0x57157d2c'],
  ['node', 'getStakedAmount', '0x4da6a556'],
] as const)('%s.%s is %s', (name, fn, selector) => {
  expect((TASK_CHAIN_INTERFACES[name] as Interface).getFunction(fn)?.selector).toBe(selector);
});

it.each([
  ['task', 'TaskStarted', '0x9bd27d3f'],
  ['task', 'TaskScoreReady', '0x9aeb9b7d'],
  ['task', 'TaskValidated', '0xb86e6a82'],
  ['task', 'TaskEndSuccess', '0xedbb681c'],
  ['task', 'TaskEndAborted', '0xe4161023'],
  ['task', 'DownloadModel', '0x2bb8f1e7'],
  ['node', 'NodeSlashed', '0x29f3a9a9'],
  ['node', 'NodeKickedOut', '0xb848d555'],
] as const)('the topic of %s.%s starts with %s', (name, event, topic) => {
  expect((TASK_CHAIN_INTERFACES[name] as Interface).getEvent(event)?.topicHash.slice(0, 10)).toBe(topic);
});

// The library silently skips a line that it cannot parse.
it('every line of the interfaces was parsed', () => {
  const countOf = (face: Interface) => face.fragments.length;
  expect(contracts.map(([name, face]) => [name, countOf(face)])).toEqual([
    ['task', 16],
    ['node', 13],
    ['qos', 7],
    ['taskQueue', 2],
    ['networkStats', 8],
  ]);
});
