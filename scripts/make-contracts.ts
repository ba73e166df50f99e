/**
 * Compiles the devnet's contracts and writes what the devnet deploys: a compiled.json next to each folder of contracts.
 */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { compileContracts } from '../devnet/chain/compile.ts';
import { compileTaskContracts } from '../devnet/chain-mode/compile.ts';

for (const [folder, compile] of [
  ['chain', compileContracts],
  ['chain-mode', compileTaskContracts],
] as const) {
  const compiled = await compile();
  await writeFile(path.join(process.cwd(), 'devnet', folder, 'compiled.json'), `${JSON.stringify(compiled, null, 2)}\n`);
  console.log(`wrote devnet/${folder}/compiled.json (solc ${compiled.compiler})`);
}
