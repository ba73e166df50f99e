/** The real command with folders, files and cards whose names have a meaning in a shell, a URL or XML. */
import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { encryptKey } from '../host/keys/keystore.ts';
import { addressOf } from '../protocol/signing/keys.ts';
import { recorded, withField } from '../worker/gpu/testing/compose.ts';

const KEY = `0x${'42'.repeat(32)}` as const;
const CLI = path.join(import.meta.dirname, 'main.ts');

const NAME = `Ünïcödé 显卡 "b" 'c' \`d\` & ; $(exit 1) $HOME * <e> | a#b ?c=%20 %zz`;

it.runIf(process.platform !== 'win32')('cards and keys are read', async () => {
  const base = mkdtempSync(path.join(realpathSync(tmpdir()), 'names-'));
  onTestFinished(() => rmSync(base, { recursive: true }));
  const folder = path.join(base, NAME);
  mkdirSync(folder);
  const at = (file: string) => path.join(folder, file);
  const written = NAME.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  writeFileSync(at('cards.xml'), withField(recorded('a10g'), 'product_name', `Card ${written}`));
  writeFileSync(at('nvidia-smi'), '#!/bin/sh\nexec cat "$(dirname "$0")/cards.xml"\n');
  chmodSync(at('nvidia-smi'), 0o755);
  writeFileSync(at(`key ${NAME}.json`), await encryptKey({ privateKey: KEY, passphrase: `of ${NAME}`, scryptN: 2 }));
  writeFileSync(at('secret'), `of ${NAME}\n`);
  writeFileSync(at('new'), 'a passphrase of its own\n');

  const env = {
    ...process.env,
    PATH: `${folder}:${process.env.PATH}`,
    HOME: folder,
    CLI,
    DATA: at('data'),
    NODE: process.execPath,
  };
  const run = async (args: string, more: Record<string, string> = {}) => {
    const script = `exec "$NODE" --disable-warning=ExperimentalWarning "$CLI" ${args} --data "$DATA" --json`;
    const { stdout } = await promisify(execFile)('sh', ['-c', script], { env: { ...env, ...more } });
    return JSON.parse(stdout);
  };
  const { findings } = await run('doctor');
  expect(findings).toContainEqual(expect.objectContaining({ check: 'cards', state: 'ok', message: `Card ${NAME}` }));
  const files = { FILE: at(`key ${NAME}.json`), SECRET: at('secret'), NEW: at('new') };
  const imported = await run(
    'key import --store keystore --keystore-file "$FILE" --secret-fd 3 --passphrase-fd 4 3<"$SECRET" 4<"$NEW"',
    files,
  );
  expect(imported).toMatchObject({ key: { address: addressOf(KEY) } });
});
