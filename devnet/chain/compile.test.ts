import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Interface, type InterfaceAbi } from 'ethers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { contractInterface } from './abi.ts';
import { type Compilation, compileContracts } from './compile.ts';
import { CONTRACT_NAMES, compiledContracts } from './compiled.ts';

let fresh: Compilation;
beforeAll(async () => {
  fresh = await compileContracts();
});

/** An empty constructor may be left unsaid. */
const words = (face: Interface) =>
  face
    .format(false)
    .filter((line) => line !== 'constructor()')
    .sort();

describe('the contracts', () => {
  it('compile to exactly the committed bytecode', () => {
    expect(compiledContracts()).toEqual(fresh.compiled);
  });

  // Nothing is missing and nothing is added: functions, outputs, tuple fields, errors, events with their indexed
  // parameters, constructors.
  it.each(CONTRACT_NAMES)('%s has exactly the ABI of the network', (name) => {
    expect(words(new Interface(fresh.abis[name] as InterfaceAbi))).toEqual(words(contractInterface(name)));
  });

  it.each([
    ['NodeStaking', 'stake', '0xa694fc3a'],
    ['NodeStaking', 'tryUnstake', '0x91a018ce'],
    ['NodeStaking', 'forceUnstake', '0xdf4bbd22'],
    ['NodeStaking', 'unstake', '0xf2888dbb'],
    ['NodeStaking', 'slashStaking', '0xf7999cb1'],
    ['NodeStaking', 'getStakingInfo', '0xaa4704f3'],
    ['NodeStaking', 'getAllNodeAddresses', '0x6ba8ac44'],
    ['NodeStaking', 'getMinStakeAmount', '0x527cb1d7'],
    ['NodeStaking', 'getForceUnstakeDelay', '0x1be835e2'],
  ] as const)('%s.%s has the selector of the network', (contract, name, selector) => {
    expect(new Interface(fresh.abis[contract] as InterfaceAbi).getFunction(name)?.selector).toBe(selector);
  });
});

describe('the compiler', () => {
  let folder = '';
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('refuses what does not compile, in its own words', async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'crynux-contracts-'));
    await writeFile(path.join(folder, 'Credits.sol'), 'contract Credits { uint x = "text"; }');
    await expect(compileContracts(folder)).rejects.toMatchObject({
      code: 'DEVNET_CHAIN_BAD_CONTRACTS',
      message: expect.stringContaining('Credits.sol'),
    });
  });
});
