/**
 * `confirm`: a person's confirmation for what a window wants to do, if nobody can be asked at the program's own
 * terminal.
 */
import path from 'node:path';
import type { PendingAct } from '../../../contract/host-contract.ts';
import { confirmationText } from '../../../host/acts/act-text.ts';
import { readPassphrase } from '../../../host/keys/passphrase.ts';
import { questionText } from '../../ask-at-terminal.ts';
import { HeadlessError } from '../../errors.ts';
import { withProgram } from '../ask-program.ts';
import { type CommonOptions, common, type Registry, wholeNumber } from '../context.ts';
import { EXIT } from '../exit-codes.ts';

interface ConfirmOptions extends CommonOptions {
  readonly passphraseFd?: number;
}

export function addActCommands({ program, terminal, end }: Registry): void {
  common(program.command('confirm'))
    .description('Shows actions requested in a window that need a person’s confirmation, and confirms them.')
    .option(
      '--passphrase-fd <number>',
      'without a terminal: file descriptor with the keystore passphrase of the key that acts',
      wholeNumber(0, 1_023),
    )
    .argument('[act]', 'number of the action, if known')
    .action(async (id: string | undefined, { data, json, passphraseFd }: ConfirmOptions) => {
      await withProgram(path.resolve(data), async ({ host }) => {
        const { acts } = await host.acts.pending({});
        const waiting = id === undefined ? acts : acts.filter((act) => act.id === id);
        const [act] = waiting;
        if (json) terminal.out(JSON.stringify({ acts: waiting }));
        if (act === undefined) {
          if (!json) terminal.out('Nothing is waiting for confirmation.');
          return;
        }
        if (!json) terminal.out(actText(act));
        if (passphraseFd === undefined) await requireTyping(act, terminal);
        else await requirePassphrase(act, await readPassphrase({ descriptor: passphraseFd }), host);
        await host.acts.confirm({ id: act.id });
        if (!json) terminal.out('Allowed.');
      });
      end(EXIT.ok);
    });
}

function actText({ id, question }: PendingAct): string {
  return `Action ${id}: ${questionText(question)}`;
}

/** @throws HeadlessError HEADLESS_NOT_CONFIRMED */
async function requireTyping({ question }: PendingAct, { ask, signal }: Registry['terminal']): Promise<void> {
  const last = confirmationText(question);
  const answer = ask === null ? '' : await ask(`Type ${last} to allow it; anything else leaves it pending: `, signal);
  if (answer.trim() === last) return;
  const text = ask === null ? 'there is no terminal to confirm it at' : 'it was not confirmed';
  throw new HeadlessError('HEADLESS_NOT_CONFIRMED', text);
}

/**
 * Whoever has the key's passphrase could do all of this without the window too. @throws HeadlessError
 * HEADLESS_NOT_CONFIRMED
 */
async function requirePassphrase(
  { question: { address } }: PendingAct,
  passphrase: string,
  host: Parameters<Parameters<typeof withProgram>[1]>[0]['host'],
): Promise<void> {
  const { keys } = await host.keys.list({});
  const key = keys.find((one) => one.address === address && one.store === 'keystore');
  if (key === undefined) {
    throw new HeadlessError('HEADLESS_NOT_CONFIRMED', 'the key for this action is not in the keystore: confirm it at a terminal');
  }
  await host.keys.unlock({ address: key.address, passphrase });
}
