/** Secrets that a nodes file points at. Each is read once: a descriptor gives what it has a single time. */
import path from 'node:path';
import { readSecretText } from '../../host/keys/passphrase.ts';
import { readTextFile } from '../../host/text-file.ts';
import { HeadlessError } from '../errors.ts';
import type { SecretSource } from './nodes-file.ts';
import type { FieldPath } from './read-nodes-file.ts';

export interface SecretReader {
  /** All of it. @throws HeadlessError HEADLESS_APPLY_REFUSED; HostError KEY_PASSPHRASE_NEEDED. Never with what was read. */
  text(source: SecretSource): Promise<string>;
  /** Its first line. @throws likewise, also where that is empty */
  line(source: SecretSource): Promise<string>;
}

export function createSecretReader(places: {
  /** Of the nodes file. */
  readonly folder: string;
  /** Of the service manager. */
  readonly credentialsDir: string | undefined;
  /** Descriptors that may be read. */
  readonly given: ReadonlySet<number>;
}): SecretReader {
  const known = new Map<string, Promise<string>>();

  async function read({ file, descriptor, credential }: SecretSource): Promise<string> {
    if (descriptor !== undefined) {
      if (places.given.has(descriptor)) return readSecretText({ descriptor });
      const why = `nobody has given descriptor ${descriptor} for reading; through npm it can only be 0`;
      throw new HeadlessError('HEADLESS_APPLY_REFUSED', why, { descriptor });
    }
    const place = file === undefined ? credentialPath(credential ?? '') : path.resolve(places.folder, file);
    try {
      return readTextFile(place);
    } catch (cause) {
      // Of the file system, which quotes the path alone; a text in no known encoding is not quoted.
      const why =
        cause instanceof TypeError ? 'it is neither UTF-8 nor UTF-16' : cause instanceof Error ? cause.message : 'unreadable';
      throw new HeadlessError('HEADLESS_APPLY_REFUSED', `${place} cannot be read: ${why}`, { file: place }, { cause });
    }
  }

  function credentialPath(name: string): string {
    if (places.credentialsDir !== undefined) return path.join(places.credentialsDir, name);
    throw new HeadlessError('HEADLESS_APPLY_REFUSED', `there is no credential ${name}: CREDENTIALS_DIRECTORY is not set`);
  }

  const reader: SecretReader = {
    text(source) {
      const name = JSON.stringify(source);
      const text = known.get(name) ?? read(source);
      known.set(name, text);
      return text;
    },
    async line(source) {
      const [line = ''] = (await reader.text(source)).split(/\r?\n/, 1);
      if (line !== '') return line;
      throw new HeadlessError('HEADLESS_APPLY_REFUSED', `${JSON.stringify(source)} is empty`);
    },
  };
  return reader;
}

/** Null: it was refused, with the place in the file. */
export async function tried<Value>(
  act: () => Promise<Value>,
  { field, refuse }: { readonly field: FieldPath; readonly refuse: (field: FieldPath, message: string) => void },
): Promise<Value | null> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    refuse(field, error.message);
    return null;
  }
}
