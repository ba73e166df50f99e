/** Compiles the devnet's contracts and writes what the devnet deploys, devnet/chain/compiled.json. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { compileContracts } from '../devnet/chain/compile.ts';

const file = path.join(process.cwd(), 'devnet', 'chain', 'compiled.json');
const compiled = await compileContracts();
await writeFile(file, `${JSON.stringify(compiled, null, 2)}\n`);
console.log(`wrote devnet/chain/compiled.json (solc ${compiled.compiler})`);
