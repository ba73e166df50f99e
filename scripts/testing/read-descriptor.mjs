/** Prints the content of the descriptor in its last argument. */
import { readFileSync } from 'node:fs';

process.stdout.write(readFileSync(Number(process.argv.at(-1)), 'utf8'));
