/** Secrets on their way from a person: typed without echo, or read from a file descriptor. Never an argument or variable. */
import { isHostError } from '../../host/errors.ts';
import { promptPassphrase, readPassphrase, readSecretText } from '../../host/keys/passphrase.ts';
import { HeadlessError } from '../errors.ts';
import type { Terminal } from './terminal.ts';

export interface SecretSource {
  /** Null: ask. */
  readonly descriptor: number | null;
  readonly terminal: Terminal;
  /** A line that may be empty, as the passphrase of a foreign file; or all that a descriptor gives, as words. */
  readonly takes?: 'line' | 'lineOrNothing' | 'text';
}

/** @throws HeadlessError HEADLESS_NO_PASSPHRASE; HostError KEY_PROMPT_CANCELLED, KEY_PASSPHRASE_NEEDED */
export async function askSecret(question: string, { descriptor, terminal, takes = 'line' }: SecretSource): Promise<string> {
  const mayBeEmpty = takes === 'lineOrNothing';
  if (descriptor !== null) return takes === 'text' ? readSecretText({ descriptor }) : readPassphrase({ descriptor, mayBeEmpty });
  try {
    return await promptPassphrase({
      question: `${question}: `,
      terminal: process.stdin,
      mayBeEmpty,
      write: (text) => void process.stderr.write(text),
    });
  } catch (cause) {
    if (!isHostError(cause, 'KEY_NO_TERMINAL')) throw cause;
    throw new HeadlessError('HEADLESS_NO_PASSPHRASE', `${question}: there is no terminal to ask at`, {}, { cause });
  } finally {
    terminal.signal.throwIfAborted();
  }
}

/** Typed twice where it is typed: a mistake would lock the key away. */
export async function newSecret(question: string, source: SecretSource): Promise<string> {
  const secret = await askSecret(question, source);
  if (source.descriptor !== null) return secret;
  if ((await askSecret(`${question}, again`, source)) === secret) return secret;
  throw new HeadlessError('HEADLESS_BAD_ARGUMENT', 'the two are not the same');
}
