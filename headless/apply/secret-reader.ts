/** Reads the secrets that a nodes file refers to. Each is read once, because a descriptor can only be read once. */
import path from 'node:path';
import { readSecretText } from '../../host/keys/passphrase.ts';
import { readTextFile } from '../../host/text-file.ts';
import { HeadlessError } from '../errors.ts';
import type { SecretSource } from './nodes-file.ts';
import type { FieldPath } from './read-nodes-file.ts';

export interface SecretReader {
  /**
   * The whole text. @throws HeadlessError HEADLESS_APPLY_REFUSED; HostError KEY_PASSPHRASE_NEEDED. Errors never contain
   * what was read.
   */
  text(source: SecretSource): Promise<string>;
  /** The first line. @throws the same, also if the line is empty */
  line(source: SecretSource): Promise<string>;
}

export function createSecretReader(places: {
  /** Folder of the nodes file. */
  readonly folder: string;
  /** The service manager's credentials folder. */
  readonly credentialsDir: string | undefined;
  /** Descriptors that may be read. */
  readonly given: ReadonlySet<number>;
}): SecretReader {
  const known = new Map<string, Promise<string>>();

  async function read({ file, descriptor, credential }: SecretSource): Promise<string> {
    if (descriptor !== undefined) {
      if (places.given.has(descriptor)) return readSecretText({ descriptor });
      const why = `descriptor ${descriptor} was not given for reading; through npm it can only be 0`;
      throw new HeadlessError('HEADLESS_APPLY_REFUSED', why, { descriptor });
    }
    const place = file === undefined ? credentialPath(credential ?? '') : path.resolve(places.folder, file);
    try {
      return readTextFile(place);
    } catch (cause) {
      // A file system error quotes only the path; text in an unknown encoding is not quoted.
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

/** Null = it was refused, with its place in the file. */
export async function tryOrRefuse<Value>(
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
