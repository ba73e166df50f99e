/**
 * Reads secrets from a person: typed without echo, or from a file descriptor. Never an argument or environment
 * variable.
 */
import { isHostError } from '../../host/errors.ts';
import { promptPassphrase, readPassphrase, readSecretText } from '../../host/keys/passphrase.ts';
import { HeadlessError } from '../errors.ts';
import type { Terminal } from './terminal.ts';

export interface SecretSource {
  /** Null = ask. */
  readonly descriptor: number | null;
  readonly terminal: Terminal;
  /**
   * One line; a line that may be empty, such as the passphrase of a foreign keystore; or everything the descriptor
   * yields.
   */
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

/** Typed twice, because a typo would lock the key away. */
export async function newSecret(question: string, source: SecretSource): Promise<string> {
  const secret = await askSecret(question, source);
  if (source.descriptor !== null) return secret;
  if ((await askSecret(`${question}, again`, source)) === secret) return secret;
  throw new HeadlessError('HEADLESS_BAD_ARGUMENT', 'the two entries differ');
}
