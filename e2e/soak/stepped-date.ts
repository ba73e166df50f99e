/**
 * Imported before everything else. SIGUSR2 moves this process's date by the number of milliseconds in the file named by
 * the environment, like a time server, a person or a suspended machine would.
 */
import { readFileSync } from 'node:fs';
import { stepDate } from '../../worker/testing/step-date.ts';

stepDate(() => Number(readFileSync(process.env.CRYNUX_SOAK_STEP ?? '', 'utf8')));
