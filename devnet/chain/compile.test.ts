import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Interface } from 'ethers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StakingGeneration } from '../../contract/chain-preset.ts';
import { INTERFACES } from '../../worker/chain/contracts/interfaces.ts';
import facts from '../../worker/chain/contracts/testing/network-facts.json' with { type: 'json' };
import { compileContracts } from './compile.ts';
import { type CompiledContracts, compiledContracts } from './compiled.ts';

let fresh: CompiledContracts;
beforeAll(async () => {
  fresh = await compileContracts();
}, 120_000);

const wire = (abi: Interface) =>
  abi
    .format(false)
    // The wire has no parameter names, and an empty constructor may be omitted.
    .filter((line) => line !== 'constructor()')
    .sort();
const networks = Object.entries(INTERFACES).flatMap(([generation, abis]) =>
  Object.entries(abis).map(([name, abi]) => [generation as StakingGeneration, name, abi] as const),
);

describe('the contracts', () => {
  it('compile to exactly the committed bytecode and interfaces', () => {
    expect(compiledContracts()).toEqual(fresh);
  });

  // Nothing may be missing or added: functions, outputs, tuple fields, errors, events with their indexed parameters,
  // constructors.
  it.each(networks)('%s %s has exactly the interface of the network', (generation, name, abi) => {
    expect(wire(new Interface(fresh.generations[generation][name]?.abi ?? []))).toEqual(wire(abi));
  });

  it.each(['NodeStaking', 'DelegatedStaking'] as const)(
    "%s of C26 reverts only with messages that the network's contracts have",
    (name) => {
      const read = (file: string) => readFileSync(path.join(import.meta.dirname, 'contracts', file), 'utf8');
      const files = ['shared/AddressList.sol', 'c26/Observed.sol', `c26/${name}.sol`];
      const source = [...files, ...(name === 'DelegatedStaking' ? ['shared/Delegations.sol'] : [])].map(read).join('');
      const words = [...source.matchAll(/require\([^;]*"([^"]+)"\);/g)].map(([, text]) => text);
      expect(words.length).toBeGreaterThan(10);
      expect(words.filter((text) => !facts.C26[name].reverts.includes(text ?? ''))).toEqual([]);
    },
  );
});

describe('the compiler', () => {
  let folder = '';
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('rejects what does not compile, with its own message', async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'crynux-contracts-'));
    await writeFile(path.join(folder, 'Credits.sol'), 'contract Credits { uint x = "text"; }');
    await expect(compileContracts(folder)).rejects.toMatchObject({
      code: 'DEVNET_CHAIN_BAD_CONTRACTS',
      message: expect.stringContaining('Credits.sol'),
    });
  });
});
