import type { Interface } from 'ethers';
import { describe, expect, it } from 'vitest';
import { revertReason } from '../revert.ts';
import { INTERFACES } from './interfaces.ts';
import facts from './testing/network-facts.json' with { type: 'json' };

/** All parts of an interface that affect the encoding. */
function described(face: Interface) {
  const functions: Record<string, object> = {};
  const events: Record<string, object> = {};
  const errors: Record<string, string> = {};
  face.forEachFunction((fn) => {
    const outputs = fn.outputs.map((output) => output.format('sighash'));
    functions[fn.format('sighash')] = { selector: fn.selector, outputs, mutability: fn.stateMutability };
  });
  face.forEachEvent((event) => {
    const indexed = event.inputs.map((input) => input.indexed === true);
    events[event.format('sighash')] = { topic: event.topicHash, indexed };
  });
  face.forEachError((error) => {
    errors[error.format('sighash')] = error.selector;
  });
  return { functions, events, errors, constructor: face.deploy.inputs.map(({ type }) => type) };
}

const contracts = Object.entries(facts).flatMap(([generation, ofGeneration]) =>
  Object.entries(ofGeneration).map(([name, fact]) => [generation, name, fact] as const),
);
const faceOf = (generation: string, name: string) =>
  Object.entries(Object.entries(INTERFACES).find(([known]) => known === generation)?.[1] ?? {}).find(
    ([known]) => known === name,
  )?.[1];

describe('the interfaces of the contracts', () => {
  it("are the network's, no more and no fewer", () => {
    const ours = Object.entries(INTERFACES).flatMap(([generation, faces]) =>
      Object.keys(faces).map((name) => [generation, name]),
    );
    expect(ours.map(String).sort()).toEqual(contracts.map(([generation, name]) => String([generation, name])).sort());
  });

  it.each(contracts)('%s %s: every selector, topic, output and error', (generation, name, fact) => {
    const { reverts: _, ...wire } = { reverts: [], ...fact };
    expect(described(faceOf(generation, name) as Interface)).toEqual(wire);
  });

  // Measured on the network's own bytecode, so that the facts file above is verified independently.
  it.each([
    ['J26', 'event', 'NodeStaked', '0x99a32eb4ddb5f70b97ac30749039f48ad104fff6c815cc699424d4ec8356224a'],
    ['J26', 'event', 'NodeUnstaked', '0xb4288416c9357d00b226d50e61ee6f3d6d7b94406ea7ede4c928a2dd3a4d0a0b'],
    ['J26', 'event', 'NodeSlashed', '0xa8d720d0a0a2e7c96bf9eb87433901ebb6331356c8f3283b2568de34478703cc'],
    ['C26', 'event', 'NodeStaked', '0xf02b9c90d1a12278c9244be1ddc794b15f8a3b9d50cf085ad7711683c0f9a090'],
    ['C26', 'event', 'NodeUnstaked', '0x67722cd735ac17faf7e2ff2d57ac864a5a1f41405ee9113c16a413344ce31fbf'],
    ['C26', 'event', 'NodeSlashed', '0x51cf713376ddb1e5f5828bb6aa39d99de812176d62c3d3550bdc4e0b5e86e1a5'],
    ['J26', 'function', 'getStakingInfo', '0xaa4704f3'],
    ['C26', 'function', 'getStakingInfo', '0xaa4704f3'],
    ['J26', 'function', 'stake', '0xa694fc3a'],
    ['C26', 'function', 'stake', '0xa694fc3a'],
    ['C26', 'function', 'ba', '0x772604c1'],
    ['C26', 'function', 'slashReceiver', '0x1bc4e5fb'],
    ['C26', 'function', 'setObserver', '0x94d9c9c7'],
    ['J26', 'function', 'setParameterController', '0xa0152dde'],
  ] as const)('%s NodeStaking: %s %s is %s', (generation, kind, name, wanted) => {
    const face: Interface = INTERFACES[generation].NodeStaking;
    expect(kind === 'event' ? face.getEvent(name)?.topicHash : face.getFunction(name)?.selector).toBe(wanted);
  });

  it.each([
    ['0xc8cddb24', 'OwnershipRenouncementDisabled()'],
    ['0x3ee5aeb5', 'ReentrancyGuardReentrantCall()'],
    [`0x118cdaa7${'0'.repeat(63)}1`, 'OwnableUnauthorizedAccount(0x0000000000000000000000000000000000000001)'],
    [`0x1e4fbdf7${'0'.repeat(64)}`, 'OwnableInvalidOwner(0x0000000000000000000000000000000000000000)'],
  ])('a revert with %s is reported as %s', (data, told) => {
    expect(revertReason(data)).toBe(told);
  });
});
