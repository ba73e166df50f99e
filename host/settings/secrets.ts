/**
 * The program's secret settings: in the keychain if there is one that encrypts, otherwise in a file that only this user
 * can read, like the official tools do. A small index records where each is stored, so that the keychain is not asked
 * needlessly.
 */
import { z } from 'zod';
import { SECRET_SETTINGS, type SecretChange, type SecretSetting, type SecretsView } from '../../contract/settings.ts';
import { createDataFile } from '../data-file.ts';
import type { HostError } from '../errors.ts';
import type { AskKeychain } from '../keys/keychain-access.ts';
import { deleteSecret, readSecret, type StoredSecret, storedSecretSchema, storeSecret } from './stored-secret.ts';

export interface SecretSettings {
  view(): SecretsView;
  /** Null = not set. @throws HostError KEYCHAIN_* if it is in the keychain and cannot be read */
  get(name: SecretSetting): Promise<string | null>;
  /** Stored durably when it resolves; the old value is no longer in any file. */
  set(change: SecretChange): Promise<SecretsView>;
  /** Every secret that this process has seen, to be redacted from anything given to others. */
  known(): readonly string[];
}

const indexSchema = z.object(
  Object.fromEntries(SECRET_SETTINGS.map((name) => [name, storedSecretSchema.nullable().default(null)])) as Record<
    SecretSetting,
    z.ZodDefault<z.ZodNullable<typeof storedSecretSchema>>
  >,
);

const ACCOUNTS: Readonly<Record<SecretSetting, string>> = {
  proxyPassword: 'proxy-password',
  hubToken: 'hub-token',
  webhookUrl: 'webhook-url',
  telegramToken: 'telegram-token',
  ntfyUrl: 'ntfy-url',
};

export interface SecretSettingsOptions {
  readonly file: string;
  readonly askKeychain: AskKeychain;
  readonly onRestored?: (problem: HostError) => void;
}

/** @throws HostError HOST_FILE_DAMAGED, HOST_FILE_NEWER, HOST_FILE_UNREADABLE */
export function openSecretSettings({ file, askKeychain, onRestored = () => {} }: SecretSettingsOptions): SecretSettings {
  const data = createDataFile({ path: file, schema: indexSchema, onRestored });
  let index = data.read() ?? indexSchema.parse({});
  const seen = new Set<string>();

  const view = (): SecretsView =>
    Object.fromEntries(SECRET_SETTINGS.map((name) => [name, index[name]?.place ?? null])) as SecretsView;

  function write(name: SecretSetting, entry: StoredSecret | null): void {
    const next = { ...index, [name]: entry };
    data.writePermanently(next);
    index = next;
  }

  return {
    view,
    known: () => [...seen],
    async get(name) {
      const entry = index[name];
      if (entry === null) return null;
      const value = await readSecret(askKeychain, ACCOUNTS[name], entry);
      if (value !== null) seen.add(value);
      return value;
    },
    async set({ name, value }) {
      const account = ACCOUNTS[name];
      if (value === null) {
        const entry = index[name];
        if (entry !== null) await deleteSecret(askKeychain, account, entry);
        write(name, null);
        return view();
      }
      seen.add(value);
      write(name, await storeSecret(askKeychain, account, value));
      return view();
    },
  };
}
