/** A passphrase from a terminal, without echo, or from a file descriptor. Never from arguments or the environment. */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { HostError } from '../errors.ts';

/** What of a terminal is used. */
export interface PassphraseTerminal {
  readonly isTTY?: boolean;
  setRawMode?(raw: boolean): unknown;
  setEncoding(encoding: 'utf8'): unknown;
  on(event: 'data', listener: (text: string) => void): unknown;
  off(event: 'data', listener: (text: string) => void): unknown;
  resume(): unknown;
  pause(): unknown;
}

/** Its first line. @throws HostError KEY_PASSPHRASE_NEEDED when it is empty or can not be read */
export async function readPassphrase({ descriptor }: { readonly descriptor: number }): Promise<string> {
  const input = createReadStream('', { fd: descriptor });
  let passphrase = '';
  try {
    for await (const line of createInterface({ input })) {
      passphrase = line;
      break;
    }
  } catch {
    throw new HostError('KEY_PASSPHRASE_NEEDED', `descriptor ${descriptor} can not be read`, { descriptor });
  } finally {
    input.destroy();
  }
  if (passphrase === '') throw new HostError('KEY_PASSPHRASE_NEEDED', `descriptor ${descriptor} gives none`, { descriptor });
  return passphrase;
}

/** @throws HostError KEY_NO_TERMINAL, KEY_PROMPT_CANCELLED, KEY_PASSPHRASE_NEEDED */
export function promptPassphrase(options: {
  readonly question: string;
  readonly terminal: PassphraseTerminal;
  readonly write: (text: string) => void;
}): Promise<string> {
  const { question, terminal, write } = options;
  if (terminal.isTTY !== true || terminal.setRawMode === undefined) {
    return Promise.reject(new HostError('KEY_NO_TERMINAL', 'there is no terminal to ask at'));
  }
  return new Promise((resolve, reject) => {
    let typed: string[] = [];
    const end = (act: () => void) => {
      terminal.off('data', take);
      terminal.setRawMode?.(false);
      terminal.pause();
      write('\n');
      act();
    };
    const take = (text: string) => {
      for (const key of text) {
        if (key === '\r' || key === '\n') {
          const passphrase = typed.join('');
          const empty = new HostError('KEY_PASSPHRASE_NEEDED', 'no passphrase was typed');
          return end(() => (passphrase === '' ? reject(empty) : resolve(passphrase)));
        }
        if (key === '\u0003' || key === '\u0004') {
          return end(() => reject(new HostError('KEY_PROMPT_CANCELLED', 'the passphrase was not given')));
        }
        if (key === '\u007f' || key === '\b') typed = typed.slice(0, -1);
        else typed.push(key);
      }
    };
    terminal.setEncoding('utf8');
    terminal.setRawMode?.(true);
    terminal.on('data', take);
    terminal.resume();
    write(question);
  });
}
