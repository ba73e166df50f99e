/**
 * Reads a passphrase from a terminal, without echo, or from a file descriptor. Never from arguments or the environment.
 */
import { createReadStream } from 'node:fs';
import { decodeText } from '../../protocol/decode-text.ts';
import { HostError } from '../errors.ts';

/** The part of a terminal that is used. */
export interface PassphraseTerminal {
  readonly isTTY?: boolean;
  setRawMode?(raw: boolean): unknown;
  setEncoding(encoding: 'utf8'): unknown;
  on(event: 'data', listener: (text: string) => void): unknown;
  off(event: 'data', listener: (text: string) => void): unknown;
  resume(): unknown;
  pause(): unknown;
}

export interface SecretDescriptor {
  readonly descriptor: number;
  /** A foreign file may be encrypted with an empty passphrase. */
  readonly mayBeEmpty?: boolean;
}

/** Files with secrets are small. */
const MAX_SECRET_BYTES = 64 * 1024;
const LINE_END = 0x0a;

/**
 * The first line, in any encoding that Notepad or PowerShell may use. @throws HostError KEY_PASSPHRASE_NEEDED if it is
 * empty or cannot be read
 */
export async function readPassphrase({ descriptor, mayBeEmpty = false }: SecretDescriptor): Promise<string> {
  const [line = ''] = (await readSecret(descriptor, hasLine)).split(/\r?\n/, 1);
  if (line === '' && !mayBeEmpty) throw unreadable(descriptor, 'yields none');
  return line;
}

/** The whole text: recovery words may be on several lines. @throws as {@link readPassphrase} */
export async function readSecretText({ descriptor }: Pick<SecretDescriptor, 'descriptor'>): Promise<string> {
  const text = await readSecret(descriptor, () => false);
  if (text.trim() === '') throw unreadable(descriptor, 'yields none');
  return text;
}

async function readSecret(descriptor: number, isEnough: (bytes: Buffer) => boolean): Promise<string> {
  const input = createReadStream('', { fd: descriptor });
  let bytes = Buffer.alloc(0);
  try {
    for await (const chunk of input) {
      bytes = Buffer.concat([bytes, chunk]);
      if (isEnough(bytes) || bytes.length > MAX_SECRET_BYTES) break;
    }
    return decodeText(bytes);
  } catch {
    throw unreadable(descriptor, 'cannot be read');
  } finally {
    input.destroy();
  }
}

/**
 * Stop at the first line break, because a person may be typing at the other end. In UTF-16 a line break takes two
 * bytes.
 */
function hasLine(bytes: Buffer): boolean {
  return bytes.includes(LINE_END) && bytes[0] !== 0xff && bytes[0] !== 0xfe && !bytes.includes(0);
}

function unreadable(descriptor: number, why: string): HostError {
  return new HostError('KEY_PASSPHRASE_NEEDED', `descriptor ${descriptor} ${why}`, { descriptor });
}

/** @throws HostError KEY_NO_TERMINAL, KEY_PROMPT_CANCELLED, KEY_PASSPHRASE_NEEDED */
export function promptPassphrase(options: {
  readonly question: string;
  readonly terminal: PassphraseTerminal;
  readonly write: (text: string) => void;
  /** A foreign file may be encrypted with an empty passphrase. */
  readonly mayBeEmpty?: boolean;
}): Promise<string> {
  const { question, terminal, write, mayBeEmpty = false } = options;
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
          return end(() => (passphrase === '' && !mayBeEmpty ? reject(empty) : resolve(passphrase)));
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
