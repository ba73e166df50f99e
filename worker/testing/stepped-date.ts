/** Loaded before a program: each SIGUSR2 sets its date back by an hour, like a wrong time server. */
import { stepDate } from './step-date.ts';

stepDate((soFarMs) => {
  const byMs = soFarMs - 3_600_000;
  process.stdout.write(`stepped ${byMs}\n`);
  return byMs;
});
