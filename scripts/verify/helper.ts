/** The process that the checks start: it does one thing, prints a line, and ends when told to. */
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { PROGRAMS } from '../../platform/programs.ts';
import { tryLock } from '../../worker/kit/folder-lock.ts';

const [act, ...args] = process.argv.slice(2);
const say = (value: unknown) => process.stdout.write(`${JSON.stringify(value)}\n`);
const stay = () => setInterval(() => {}, 60_000);

switch (act) {
  case 'hold-open': {
    const opened = openSync(args[0] ?? '', 'r');
    setTimeout(() => closeSync(opened), Number(args[1]));
    say('open');
    break;
  }
  case 'hold-lock':
    say(tryLock(args[0] ?? '') === null ? 'refused' : 'locked');
    stay();
    break;
  case 'echo':
    say(args);
    break;
  // A program with a child of its own; both ignore requests to end.
  case 'family': {
    const child = spawn(PROGRAMS.node, [import.meta.filename, 'stubborn'], { stdio: ['ignore', 'pipe', 'inherit'] });
    process.on('SIGTERM', () => {});
    child.stdout.once('data', () => say(child.pid));
    break;
  }
  case 'stubborn':
    process.on('SIGTERM', () => {});
    say('here');
    stay();
    break;
  // Like a node's own process: ends in order when its parent is gone.
  case 'channel':
    process.once('disconnect', () => process.exit(0));
    say('here');
    stay();
    break;
  default:
    process.exit(2);
}
