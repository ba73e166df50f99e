/** One command of the command line, from its arguments to the end of the process. */
import { systemClock } from '../worker/kit/system-clock.ts';
import { runCli } from './cli/cli.ts';
import { systemTerminal } from './cli/terminal.ts';

/** A reader that has stopped reading is waited for no longer than this. */
const FLUSH_WITHIN_MS = 2_000;

export async function runCommand(argv: readonly string[]): Promise<never> {
  const code = await runCli(argv, { terminal: systemTerminal(), clock: systemClock });
  // Whatever is still open (a socket, a worker that hangs) does not keep a command alive that has come to its end.
  const written = [process.stdout, process.stderr].map((stream) => new Promise((resolve) => stream.write('', resolve)));
  await Promise.race([Promise.all(written), systemClock.sleep(FLUSH_WITHIN_MS)]);
  process.exit(code);
}
