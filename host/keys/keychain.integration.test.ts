/**
 * The keychain against a real Secret Service: GNOME Keyring on its own session bus and in its own home. Needs dbus,
 * gnome-keyring and libsecret, and fails without them, because on Linux a node's key depends on it.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';

const KEY = '420fcabfd5dbb55215490693062e6e530840c64de837d071f0d9da21aaac861e';
const SCRIPT = path.join(import.meta.dirname, 'testing', 'keychain-round-trip.ts');
const resultSchema = z.object({ problem: z.string().nullable(), results: z.array(z.unknown()) });

/** The daemon reads the password of the login keyring from its input. */
const UNLOCK = 'printf "$KEYRING_PASSWORD" | gnome-keyring-daemon --unlock --components=secrets >/dev/null';
/** What a desktop writes for a keyring with an empty password. */
const OPEN_KEYRING =
  'mkdir -p "$XDG_DATA_HOME/keyrings" && cd "$XDG_DATA_HOME/keyrings" && printf open > default && ' +
  'printf "[keyring]\\ndisplay-name=open\\nctime=0\\nmtime=0\\nlock-on-idle=false\\nlock-after=false\\n" > open.keyring';
const RUN = '"$NODE" --disable-warning=ExperimentalWarning "$SCRIPT" "$MODE"';

async function inSession(steps: { readonly commands: readonly string[]; readonly mode: string }) {
  const home = mkdtempSync(path.join(tmpdir(), 'keyring-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  const env = {
    PATH: process.env.PATH,
    HOME: home,
    XDG_RUNTIME_DIR: home,
    XDG_DATA_HOME: path.join(home, 'data'),
    XDG_CONFIG_HOME: path.join(home, 'config'),
    XDG_CACHE_HOME: path.join(home, 'cache'),
    KEYRING_PASSWORD: 'a password of the login',
    NODE: process.execPath,
    SCRIPT,
    MODE: steps.mode,
  };
  // The bus, and with it the daemon it started, ends with the shell.
  const shell = ['--', 'sh', '-c', steps.commands.join(' && ')];
  const { stdout } = await promisify(execFile)('dbus-run-session', shell, { env, timeout: 60_000 });
  return { home, ...resultSchema.parse(JSON.parse(stdout.trim().split('\n').at(-1) ?? '')) };
}

function contents(folder: string): Buffer[] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.map((entry) => readFileSync(path.join(entry.parentPath, entry.name)));
}

// Keychain and Credential Manager have no such service to start.
describe.runIf(process.platform === 'linux')('a real Secret Service', () => {
  it('keeps a key, returns it, archives it, and writes it nowhere unencrypted', async () => {
    const { problem, results, home } = await inSession({ commands: [UNLOCK, RUN], mode: 'full' });
    expect(problem).toBeNull();
    const address = '0xd075aB490857256e6fc85d75d8315e7c9914e008';
    expect(results).toEqual(['KEY_UNKNOWN', `0x${KEY}`, [address], true, [], 'KEY_UNKNOWN']);
    const files = contents(path.join(home, 'data'));
    expect(files.length).toBeGreaterThan(0);
    for (const file of files) expect(file.toString('latin1').toLowerCase()).not.toContain(KEY);
  });

  it('whose default keyring has no password would store the key unencrypted, and is refused', async () => {
    const forced = await inSession({ commands: [OPEN_KEYRING, UNLOCK, RUN], mode: 'force' });
    expect(forced.problem).toBeNull();
    const texts = contents(path.join(forced.home, 'data')).map((file) => file.toString('latin1'));
    expect(texts.some((text) => text.includes(KEY))).toBe(true);
    const refused = await inSession({ commands: [OPEN_KEYRING, UNLOCK, RUN], mode: 'full' });
    expect(refused).toMatchObject({ problem: 'KEYCHAIN_OBFUSCATES', results: [] });
  });
});
