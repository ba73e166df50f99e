import { readFileSync } from 'node:fs';
import path from 'node:path';
import { dataSlice } from 'ethers';
import { beforeAll, describe, expect, it } from 'vitest';
import { compileTaskContracts, TASK_CONTRACTS_DIR } from './compile.ts';
import { type CompiledTaskContracts, compiledTaskContracts, TASK_CONTRACTS, taskContractInterface } from './compiled.ts';
import facts from './testing/network-facts.json' with { type: 'json' };

let fresh: CompiledTaskContracts;
beforeAll(async () => {
  fresh = await compileTaskContracts();
}, 300_000);

/** Every function and event as on the wire: selector or topic, parameters and results, what is indexed. */
function wireOf(name: (typeof TASK_CONTRACTS)[number]): string[] {
  const lines: string[] = [];
  const abi = taskContractInterface(name);
  abi.forEachFunction((fn) => {
    const outputs = fn.outputs.map((output) => output.format('sighash')).join(',');
    lines.push(
      `${fn.selector} ${fn.format('sighash')} ${fn.stateMutability === 'pure' ? 'view' : fn.stateMutability} (${outputs})`,
    );
  });
  abi.forEachEvent((event) => {
    const indexed = event.inputs.map((input) => (input.indexed === true ? '1' : '0')).join('');
    lines.push(`${dataSlice(event.topicHash, 0, 4)} ${event.format('sighash')} ${indexed}`);
  });
  abi.forEachError((error) => void lines.push(`${error.selector} ${error.format('sighash')}`));
  return lines.sort();
}

describe('the task contracts', () => {
  it('compile to exactly the committed bytecode and interfaces', () => {
    expect(compiledTaskContracts()).toEqual(fresh);
  });

  it.each(TASK_CONTRACTS)('%s has exactly the interface of the network', (name) => {
    expect(wireOf(name)).toEqual(facts.interfaces[name]);
  });

  it("revert only with messages that the network's contracts have", () => {
    const read = (file: string) => readFileSync(path.join(TASK_CONTRACTS_DIR, file), 'utf8');
    const source = ['Groups', 'Node', 'QOS', 'Roles', 'TaskQueue', 'VSSTask', 'Vrf'].map((name) => read(`${name}.sol`)).join('');
    const words = [...source.matchAll(/require\([^;]*"([^"]+)"\s*\);/g)].map(([, text]) => text ?? '');
    expect(words.length).toBeGreaterThan(25);
    expect(words.filter((text) => !facts.reverts.includes(text))).toEqual([]);
  });
});
