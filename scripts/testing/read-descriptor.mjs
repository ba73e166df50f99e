/** Prints what the descriptor of its last argument holds. */
import { readFileSync } from 'node:fs';

process.stdout.write(readFileSync(Number(process.argv.at(-1)), 'utf8'));
