/** Asks the person at the terminal where the program runs for what a page may not do alone. */
import type { ActQuestion, AskPerson } from '../host/acts/page-guard.ts';
import type { Clock } from '../protocol/ports.ts';
import type { Terminal } from './cli/terminal.ts';

const PATIENCE_MS = 2 * 60_000;

const WHAT: Readonly<Record<ActQuestion['name'], string>> = {
  exportKey: 'export the private key of',
  archiveKey: 'take out of use the key of',
};

/** One question at a time: another one meanwhile is refused, so that nobody answers the wrong one. */
export function askAtTerminal({ terminal, clock }: { readonly terminal: Terminal; readonly clock: Clock }): AskPerson {
  let asking = false;
  return async ({ name, address }) => {
    const { ask, note, signal } = terminal;
    if (ask === null) {
      note(`A window wants to ${WHAT[name]} ${address}. It was refused: there is no terminal here to confirm it at.`);
      return false;
    }
    if (asking) return false;
    asking = true;
    const done = new AbortController();
    const late = clock.sleep(PATIENCE_MS, AbortSignal.any([signal, done.signal])).then(
      () => done.abort(),
      () => done.abort(),
    );
    try {
      const last = address.slice(-4);
      const question = `\nA window wants to ${WHAT[name]} ${address}.\nType ${last} to allow it; anything else refuses: `;
      return (await ask(question, done.signal)).trim() === last;
    } catch {
      note('Nobody has answered; it was refused.');
      return false;
    } finally {
      done.abort();
      await late;
      asking = false;
    }
  };
}
