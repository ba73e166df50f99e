/** Commands for keys. A key, its recovery words and its passphrase are never arguments. */
import { writeFileSync } from 'node:fs';
import { type Command, Option } from 'commander';
import type { ImportKey, KeyStoreKind, KeyView } from '../../../contract/keys.ts';
import { KEY_STORE_KINDS } from '../../../contract/keys.ts';
import type { HostClient } from '../../../contract/rpc-client.ts';
import { looksLikePrivateKey } from '../../../host/keys/pasted-text.ts';
import { sameAddress } from '../../../protocol/wire/fields.ts';
import { HeadlessError } from '../../errors.ts';
import { withHost } from '../ask-program.ts';
import { addressArgument, type CommonOptions, common, type Registry, wholeNumber } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { readTextArgument } from '../file-argument.ts';
import { table, timeText } from '../node-text.ts';
import { askSecret, newSecret } from '../secrets.ts';

interface SecretOptions extends CommonOptions {
  readonly store?: KeyStoreKind;
  readonly passphraseFd?: number;
}

const descriptor = wholeNumber(0, 1_023);

function withSecrets(command: Command): Command {
  return common(command).option(
    '--passphrase-fd <number>',
    'file descriptor with the passphrase, instead of a prompt',
    descriptor,
  );
}

function withStore(command: Command): Command {
  return withSecrets(command).addOption(
    new Option('--store <kind>', 'where to store it; by default, the first that works').choices(KEY_STORE_KINDS),
  );
}

export function addKeyCommands(registry: Registry): void {
  const { program, terminal, end } = registry;
  const key = program.command('key').description('The keys of the nodes.');
  common(key.command('list'))
    .description('Lists the keys.')
    .action(async ({ data, json }: CommonOptions) => {
      const { keys } = await withHost(data, (host) => host.keys.list({}));
      terminal.out(json ? JSON.stringify({ keys }) : keysText(keys));
      end(EXIT.ok);
    });
  withStore(key.command('create'))
    .description('Creates a key and shows its recovery words once.')
    .action(async ({ data, json, ...options }: SecretOptions) => {
      const { key: made, words } = await withHost(data, async (host) => host.keys.create(await placeOf(host, options, registry)));
      if (json) terminal.out(JSON.stringify({ key: made, words }));
      else
        terminal.out(`${made.address}\n\nWrite these words down, in this order. They are shown only now:\n\n${words.join(' ')}`);
      end(EXIT.ok);
    });
  withStore(key.command('import'))
    .description('Imports a private key or recovery words, typed without echo, or a keystore file.')
    .option('--keystore-file <path>', 'Ethereum keystore, version 3')
    .option(
      '--secret-fd <number>',
      "file descriptor with the key, the words, or the file's passphrase, instead of a prompt",
      descriptor,
    )
    .action(
      async ({
        data,
        json,
        keystoreFile,
        secretFd,
        ...options
      }: SecretOptions & { keystoreFile?: string; secretFd?: number }) => {
        const secret = await askSecret(keystoreFile === undefined ? 'Private key or recovery words' : "The file's passphrase", {
          descriptor: secretFd ?? null,
          terminal,
          takes: keystoreFile === undefined ? 'text' : 'lineOrNothing',
        });
        const view = await withHost(data, async (host) => {
          const place = await placeOf(host, options, registry);
          return host.keys.import({ ...importOf(secret, keystoreFile), ...place });
        });
        terminal.out(json ? JSON.stringify({ key: view }) : view.address);
        end(EXIT.ok);
      },
    );
  withSecrets(key.command('unlock'))
    .description('Unlocks a key of the keystore in the running program.')
    .argument('<address>')
    .action(async (address: string, { data, json, passphraseFd }: SecretOptions) => {
      const passphrase = await askSecret('Passphrase', { descriptor: passphraseFd ?? null, terminal });
      const view = await withHost(data, async (host, running) => {
        if (running === null) throw new HeadlessError('HEADLESS_NOT_RUNNING', 'a key is unlocked for the running program');
        return host.keys.unlock({ address: addressArgument(address), passphrase });
      });
      terminal.out(json ? JSON.stringify({ key: view }) : `${view.address} is unlocked.`);
      end(EXIT.ok);
    });
  withSecrets(key.command('export'))
    .description('Writes a key to a keystore file, encrypted with a passphrase; for a key in the keystore, its own.')
    .argument('<address>')
    .argument('<file>')
    .action(async (given: string, file: string, { data, json, passphraseFd }: SecretOptions) => {
      const address = addressArgument(given);
      const passphrase = await newSecret('Passphrase', { descriptor: passphraseFd ?? null, terminal });
      const exported = await withHost(data, async (host) => {
        const known = (await host.keys.list({})).keys.find((one) => sameAddress(one.address, address));
        if (known?.unlocked === false && !known.archived) await host.keys.unlock({ address, passphrase });
        const { confirmation } = await host.keys.prepareExport({ address });
        return host.keys.confirmExport({ address, confirmation, passphrase });
      });
      writeFileSync(file, exported.json, { mode: 0o600, flag: 'wx' });
      terminal.out(json ? JSON.stringify({ file }) : `Wrote ${file}.`);
      end(EXIT.ok);
    });
}

/** Asks for the passphrase only if the store needs one. */
async function placeOf(
  host: HostClient,
  { store, passphraseFd }: Pick<SecretOptions, 'store' | 'passphraseFd'>,
  { terminal }: Registry,
): Promise<{ store: KeyStoreKind; passphrase: string | null }> {
  const { stores } = await host.keys.stores({});
  const chosen = store ?? stores.find(({ problem }) => problem === null)?.kind ?? 'keystore';
  if (chosen === 'keychain') return { store: chosen, passphrase: null };
  return { store: chosen, passphrase: await newSecret('Passphrase for the key', { descriptor: passphraseFd ?? null, terminal }) };
}

function importOf(secret: string, keystoreFile: string | undefined) {
  if (keystoreFile !== undefined) {
    return {
      kind: 'keystoreFile',
      json: readTextArgument(keystoreFile, '--keystore-file'),
      filePassphrase: secret,
    } as const satisfies Partial<ImportKey>;
  }
  return looksLikePrivateKey(secret)
    ? ({ kind: 'privateKey', privateKey: secret } as const)
    : ({ kind: 'words', words: secret } as const);
}

function keysText(keys: readonly KeyView[]): string {
  if (keys.length === 0) return 'There are no keys yet.';
  const stateOf = ({ archived, unlocked }: KeyView) => (archived ? 'archived' : unlocked ? 'ready' : 'locked');
  const backupOf = ({ backedUp, imported }: KeyView) => (backedUp ? 'proved' : imported ? 'imported, not shown since' : 'no');
  const rows = keys.map((key) => [key.address, key.store, stateOf(key), backupOf(key), timeText(key.createdMs)]);
  return table(['address', 'kept in', 'state', 'backup', 'since (UTC)'], rows);
}
