/**
 * The desktop program from an installed package: made around a stand-in for Electron's folder, started from its archive
 * on the double. Electron's own binary is never started, a node works, and a changed byte is refused with its code.
 */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { errorOf } from '../contract/rpc-errors.ts';
import { systemRandom } from '../devnet/system.ts';
import { programVersion } from '../host/app/program-version.ts';
import { openOutside } from '../platform/outside.ts';
import { bytesToHex } from '../protocol/hex.ts';
import { addressOf } from '../protocol/signing/keys.ts';
import { openArchive } from '../scripts/package/archive.ts';
import { filesOf } from '../scripts/package/dependencies.ts';
import { inspectPackage } from '../scripts/package/inspect.ts';
import { type RunReport, runPackaged } from '../scripts/package/run-packaged.ts';
import type { StandInPackage } from '../scripts/package/stand-in-package.ts';
import { targetOf } from '../scripts/package/target.ts';
import { ELECTRON, launchShell } from './support/launch-shell.ts';
import { type LittleNetwork, startLittleNetwork } from './support/little-network.ts';
import { type PageClients, pageClients } from './support/page-client.ts';
import type { RunningShell } from './support/running-shell.ts';

const privateKey = bytesToHex(systemRandom.bytes(32));
const PASSPHRASE = 'a heron on the ice of march';
/** Built, bundled, copied, packed and started; on a busy machine that takes minutes. */
const MADE_WITHIN_MS = 900_000;
const WAIT = { timeout: 150_000, interval: 100 };
const ENGINE = 'program/dist/worker/engines/embedded/main.js';

let folder = '';
let made: StandInPackage;
let byItself: Promise<RunReport>;
let network: LittleNetwork;
let shell: RunningShell;
let clients: PageClients;
let profileId: string;

const at = (name: string) => path.join(made.resources, ...name.split('/'));

/** Flips one bit of a file; returns a function that flips it back. */
function changeByte(name: string): () => void {
  const bytes = readFileSync(at(name));
  const position = bytes.length - 1;
  const turn = () => {
    bytes[position] = (bytes[position] ?? 0) ^ 1;
    writeFileSync(at(name), bytes);
  };
  turn();
  return turn;
}

/** electron-builder leaves listeners in its process, which other test files share. */
async function packageInOwnProcess(into: string): Promise<StandInPackage> {
  const module = new URL('../scripts/package/stand-in-package.ts', import.meta.url);
  const script = `
    const { packageOnStandIn } = await import('${module}');
    console.log('\\n' + JSON.stringify(await packageOnStandIn(${JSON.stringify(into)})));`;
  const args = ['--disable-warning=ExperimentalWarning', '--input-type=module', '--eval', script];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
}

const onDouble = describe.runIf(ELECTRON === null && process.platform === 'linux');

beforeAll(async () => {
  if (ELECTRON !== null || process.platform !== 'linux') return;
  folder = mkdtempSync(path.join(tmpdir(), 'crynux-package-'));
  made = await packageInOwnProcess(folder);
  // In parallel to the desktop program: both mostly wait for their processes.
  byItself = runPackaged({ resources: made.resources, dataDir: path.join(folder, 'data') });
  byItself.catch(() => {});
  network = await startLittleNetwork();
  shell = await launchShell({ archive: at('app.asar'), env: { XDG_CONFIG_HOME: path.join(folder, 'config') } });
  clients = await pageClients(shell.page);
}, MADE_WITHIN_MS);

afterAll(async () => {
  await shell?.close();
  await network?.close();
  if (folder !== '') rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

onDouble('an installed package', () => {
  it('P6, P7, R9: contains what it should, for one system, with every fuse of the binary in its safe state', async () => {
    expect((await inspectPackage({ ...made, target: targetOf() })).problems).toEqual([]);
  });

  it('lists each of its packages in its bill of materials', async () => {
    const bill: { components: { group?: string; name: string }[] } = JSON.parse(
      readFileSync(at('licenses/sbom.cdx.json'), 'utf8'),
    );
    const named = new Set(bill.components.map(({ group, name }) => (group === undefined ? name : `${group}/${name}`)));
    // The bundler marks each package by its path; packages shipped as files have their folder.
    const shared = at('program/dist/shared');
    const bundles = readdirSync(shared).map((name) => readFileSync(path.join(shared, name), 'utf8'));
    const places = bundles.flatMap((text) => [...text.matchAll(/#region node_modules\/(\S+)/g)].map(([, place = '']) => place));
    const files = (await filesOf(at('program/node_modules'))).filter((name) => name.endsWith('/package.json'));
    const owner = (place: string) => /^(?:@[^/]+\/)?[^/]+/.exec(place.split('node_modules/').at(-1) ?? '')?.[0] ?? place;
    const held = new Set([...places, ...files].map(owner));
    expect(held.size).toBeGreaterThan(50);
    // Under that name, keytar is another package.
    expect([...held].filter((name) => !named.has(name) && name !== 'keytar')).toEqual([]);
    expect(named).toContain('@github/keytar');
  });

  it('says what it is: no developer tools, and no updates without a feed', async () => {
    const info = await clients.host.app.info({});
    expect(info).toMatchObject({ shell: 'electron', features: { updates: false } });
  });

  it('P2, P3: a node works with the engine outside the archive, and nobody has started Electron again', async () => {
    const { host } = clients;
    const address = addressOf(privateKey);
    await host.keys.import({ kind: 'privateKey', privateKey, store: 'keystore', passphrase: PASSPHRASE });
    await shell.order({ do: 'answerDialog', button: 1 });
    await host.networks.add({ preset: network.preset });
    profileId = (await host.profiles.create({ draft: network.draft({ name: 'Heron', address }) })).profile.id;
    await host.profiles.start({ id: profileId });
    const toolTip = async () => (await shell.state()).tray?.toolTip ?? '';
    await expect.poll(toolTip, WAIT).toBe('Crynux Node Desktop\nHeron: waiting for tasks');
    await network.runTask();
    const { inventory } = await host.gpus.inventory({});
    expect(inventory.problems.filter(({ code }) => code === 'GPU_PROBE_FAILED')).toEqual([]);
    expect((await shell.state()).starts).toEqual([]);
  });

  it('starts at log-in if the host wants it, and not otherwise', async () => {
    const { host } = clients;
    const entry = path.join(folder, 'config', 'autostart', 'ai.crynux.node-desktop.desktop');
    const text = () => (existsSync(entry) ? readFileSync(entry, 'utf8') : null);
    await host.settings.change({ startAtLogin: true });
    await expect.poll(text, WAIT).toMatch(/^Exec=\S.* --hidden$/m);
    await host.settings.change({ startAtLogin: false });
    await expect.poll(text, WAIT).toBeNull();
  });

  it('its programs work on its own Node, without Electron: doctor, a paid node, the window', async () => {
    const { version, doctor, paid, window } = await byItself;
    expect({ version, window, paid: paid.length }).toEqual({ version: programVersion(), window: 'Crynux Node Desktop', paid: 2 });
    expect(doctor).toEqual(
      expect.arrayContaining([expect.stringMatching(/^ok program: /), expect.stringMatching(/^ok engine: /)]),
    );
  });

  it('R9: after a changed byte in what Node runs, neither probe nor local network starts, and the code says so', async () => {
    const { host } = clients;
    await host.profiles.stop({ id: profileId });
    const turnBack = changeByte(ENGINE);
    const { inventory } = await host.gpus.inventory({});
    expect(inventory.problems.map(({ detail }) => detail).join('\n')).toContain('PROGRAM_FILE_CHANGED');
    const refused = await host.devnet.start({}).catch((error: unknown) => errorOf(error));
    expect(refused).toMatchObject({ code: 'PROGRAM_FILE_CHANGED' });
    turnBack();
    const again = await host.gpus.inventory({});
    expect(again.inventory.problems.map(({ detail }) => detail).join('\n')).not.toContain('PROGRAM_FILE_CHANGED');
  });

  describe('R9: files outside the archive, compared to the list in it', () => {
    let outside: ReturnType<typeof openOutside>;

    beforeAll(async () => {
      const outsideList = path.join(folder, 'outside.json');
      writeFileSync(outsideList, openArchive(at('app.asar')).read('outside.json'));
      outside = openOutside({ outsideList, outside: made.resources });
      await outside.check('node', 'program');
    });

    it.for([
      ['the runtime', 'node/node'],
      ['the engine', ENGINE],
      ['a native library', `program/node_modules/keytar/prebuilds/${process.platform}-${process.arch}/keytar.node`],
      ['a model', 'program/dist/resources/models/tiny-chat.gguf'],
    ] as const)('a changed byte of %s is refused', async ([, name]) => {
      const turnBack = changeByte(name);
      await expect(outside.check('node', 'program')).rejects.toMatchObject({
        code: 'PROGRAM_FILE_CHANGED',
        data: { file: at(name) },
      });
      turnBack();
      await outside.check('node', 'program');
    });

    it('so is an additional file', async () => {
      const planted = at('program/node_modules/keytar/build.js');
      writeFileSync(planted, '');
      await expect(outside.check('program')).rejects.toMatchObject({ code: 'PROGRAM_FILE_UNKNOWN', data: { file: planted } });
      rmSync(planted);
    });
  });
});
