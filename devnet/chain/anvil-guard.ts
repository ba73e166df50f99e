/**
 * Sits between the devnet and anvil, because anvil does not notice when its parent is killed. The private channel to
 * the devnet closes with the devnet, however it dies, and then this program ends the chain. Started by anvil.ts, never
 * imported.
 *
 *   node anvil-guard.ts GRACE_MS PROGRAM [ARG…]
 */
import { spawn } from 'node:child_process';

const [graceMs = '5000', program = '', ...args] = process.argv.slice(2);
const anvil = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit'], windowsHide: true });

let ending = false;
function end(): void {
  if (ending) return;
  ending = true;
  // On SIGTERM, anvil writes its state file; if it ignores the signal, it is killed.
  anvil.kill('SIGTERM');
  setTimeout(() => anvil.kill('SIGKILL'), Number(graceMs)).unref();
}

process.on('disconnect', end);
process.on('SIGTERM', end);
// Ctrl-C reaches the whole process group, but the devnet decides when its chain ends.
process.on('SIGINT', () => {});
anvil.once('error', (error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(127);
});
anvil.once('spawn', () => process.send?.({ type: 'started', pid: anvil.pid }));
anvil.once('exit', (code) => process.exit(code ?? 1));
