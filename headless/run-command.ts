/** Runs one command, from its arguments to the end of the process. */
import { systemClock } from '../worker/kit/system-clock.ts';
import { runCli } from './cli/cli.ts';
import { systemTerminal } from './cli/terminal.ts';

/** How long to wait for a reader that has stopped reading. */
const FLUSH_WITHIN_MS = 2_000;

export async function runCommand(argv: readonly string[]): Promise<never> {
  const code = await runCli(argv, { terminal: systemTerminal(), clock: systemClock });
  // Exit even if something is still open (a socket, a hanging worker).
  const written = [process.stdout, process.stderr].map((stream) => new Promise((resolve) => stream.write('', resolve)));
  await Promise.race([Promise.all(written), systemClock.sleep(FLUSH_WITHIN_MS)]);
  process.exit(code);
}
