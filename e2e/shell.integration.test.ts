/** The desktop program around a working node: tray, notifications, power, its window, its end, and its secret. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemRandom } from '../devnet/system.ts';
import { bytesToHex } from '../protocol/hex.ts';
import { addressOf } from '../protocol/signing/keys.ts';
import { ELECTRON, launchShell, START_WITHIN_MS } from './support/launch-shell.ts';
import { type LittleNetwork, startLittleNetwork } from './support/little-network.ts';
import { type PageClients, pageClients } from './support/page-client.ts';
import { processTree, stillRunning } from './support/processes.ts';
import type { RunningShell } from './support/running-shell.ts';
import { filesContaining, processesContaining, textContains } from './support/secret-search.ts';

const privateKey = bytesToHex(systemRandom.bytes(32));
const address = addressOf(privateKey);
const PASSPHRASE = 'a heron on the ice of march';
const WAIT = { timeout: 150_000, interval: 100 };

let network: LittleNetwork;
let dataDir = '';
let shell: RunningShell;
let clients: PageClients;
let profileId: string;

const toolTip = async () => (await shell.state()).tray?.toolTip ?? '';
const journal = async (kind: string) => (await shell.state()).journal.filter((line) => line.startsWith(`${kind}: `));
const hash = () => new URL(shell.page.url()).hash;

// A real desktop cannot be asked what it shows, so these check the double's.
const onDouble = describe.runIf(ELECTRON === null);

beforeAll(async () => {
  if (ELECTRON !== null) return;
  network = await startLittleNetwork();
  dataDir = await mkdtemp(path.join(tmpdir(), 'crynux-shell-'));
  shell = await launchShell({ dataDir });
  clients = await pageClients(shell.page);
  const { host } = clients;
  await host.settings.change({ notifications: { payment: true } });
  await host.keys.import({ kind: 'privateKey', privateKey, store: 'keystore', passphrase: PASSPHRASE });
  await shell.order({ do: 'answerDialog', button: 1 });
  await host.networks.add({ preset: network.preset });
  const made = await host.profiles.create({ draft: network.draft({ name: 'Heron', address }) });
  profileId = made.profile.id;
  await host.profiles.start({ id: profileId });
}, START_WITHIN_MS);

afterAll(async () => {
  await shell?.close();
  await network?.close();
  if (dataDir !== '') await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
});

onDouble('while a node is working', () => {
  it('the menu is what the platform expects, without added developer tools', async () => {
    expect((await shell.state()).menu).toEqual(['&File', 'editMenu', '&View', 'windowMenu']);
  });

  it('the tray says in words what the node is doing', async () => {
    await expect.poll(toolTip, WAIT).toBe('Crynux Node Desktop\nHeron: waiting for tasks');
    expect((await shell.state()).tray?.items[0]).toBe('Heron: waiting for tasks');
    expect(await journal('tray')).toContain('tray: Crynux Node Desktop\nHeron: starting');
  });

  it('the machine does not sleep while a task is running, and only then', async () => {
    expect(await journal('sleep')).toEqual([]);
    await network.runTask();
    await expect.poll(() => journal('sleep'), WAIT).toEqual(['sleep: blocked', 'sleep: allowed']);
    expect(await journal('tray')).toContain('tray: Crynux Node Desktop\nHeron: executing a task');
    expect((await shell.state()).sleepBlocks).toBe(0);
  });

  it('a payment is reported if the host has asked for it', async () => {
    await expect.poll(() => journal('notification'), WAIT).toEqual(['notification: Heron was paid.']);
  });

  it("P2, P3: an engine has worked and cards were detected, and nobody has started Electron's own binary for it", async () => {
    const { inventory } = await clients.host.gpus.inventory({});
    expect(inventory.problems.filter(({ code }) => code === 'GPU_PROBE_FAILED')).toEqual([]);
    expect((await shell.state()).starts).toEqual([]);
  });

  it('all nodes are paused and resumed from the tray', async () => {
    await shell.order({ do: 'tray', label: 'Pause all nodes' });
    await expect.poll(toolTip, WAIT).toBe('Crynux Node Desktop\nHeron: paused');
    await shell.order({ do: 'tray', label: 'Resume all nodes' });
    await expect.poll(toolTip, WAIT).toBe('Crynux Node Desktop\nHeron: waiting for tasks');
  });

  it('the key is in no file, log, argument or environment', async () => {
    // Proves that the search works: the address is in the key index, the data directory in the environment.
    expect(await filesContaining(dataDir, address.toLowerCase())).not.toEqual([]);
    const family = await processTree(shell.pid);
    expect(processesContaining(family, dataDir)).toContain(shell.pid);
    // Shell, worker, engine and browser.
    expect(family.length).toBeGreaterThan(3);
    for (const secret of [privateKey, PASSPHRASE]) {
      expect(await filesContaining(dataDir, secret)).toEqual([]);
      expect(processesContaining(family, secret)).toEqual([]);
      expect(textContains(shell.output(), secret)).toBe(false);
    }
  });

  it('its worker talks to the window without the shell in between', async () => {
    const node = await clients.node(profileId);
    const { rows } = await node.tasks.page({ limit: 10 });
    expect(rows.map(({ status }) => status)).toEqual(['EndSuccess']);
  });
});

onDouble('the window', () => {
  it('is closed to the tray, and the node continues', async () => {
    await shell.order({ do: 'closeWindow' });
    expect((await shell.state()).windows.map(({ visible }) => visible)).toEqual([false]);
    expect(await toolTip()).toContain('Heron: waiting for tasks');
    await shell.order({ do: 'tray', label: 'Show Crynux Node Desktop' });
    expect((await shell.state()).windows.map(({ visible }) => visible)).toEqual([true]);
  });

  it('is shown and focused by a second start, at the place its link leads to', async () => {
    await shell.order({ do: 'closeWindow' });
    const before = (await journal('window')).length;
    await shell.order({ do: 'secondStart', argv: ['crynux-node', `crynux-node://logs?profile=${profileId}`] });
    await expect.poll(hash, WAIT).toBe(`#/node/${profileId}/logs`);
    expect((await shell.state()).windows.map(({ visible }) => visible)).toEqual([true]);
    expect(await journal('window')).toHaveLength(before + 1);
  });

  it('stays where it is if a second start brings an invalid link', async () => {
    await shell.order({ do: 'secondStart', argv: ['crynux-node', 'crynux-node://withdraw?to=0x00'] });
    await shell.order({ do: 'look' });
    expect(hash()).toBe(`#/node/${profileId}/logs`);
  });
});

onDouble('the end', () => {
  it('a slash is reported once, with the way to its case', async () => {
    const [task] = network.relay.tasks();
    network.relay.slash({ address, commitment: task?.commitment ?? '' });
    await expect.poll(toolTip, WAIT).toBe('Crynux Node Desktop\nHeron: slashed');
    const [, ...told] = (await shell.state()).notifications;
    expect(told).toEqual([{ title: 'Heron', body: 'Heron was slashed: its stake is lost. The case file says what is known.' }]);
    await shell.order({ do: 'clickNotification' });
    await expect.poll(hash, WAIT).toBe(`#/node/${profileId}/trust`);
  });

  it('a shutdown of the machine ends everything in order, and nothing is left running', async () => {
    const bounds = { x: 40, y: 60, width: 1100, height: 700 };
    await shell.order({ do: 'moveWindow', bounds });
    const family = (await processTree(shell.pid)).map(({ pid }) => pid);
    await shell.order({ do: 'power', event: 'shutdown' });
    expect(await shell.ended).toBe(0);
    await expect.poll(() => stillRunning(family), WAIT).toEqual([]);

    shell = await launchShell({ dataDir });
    expect((await shell.state()).windows.map((window) => window.bounds)).toEqual([bounds]);
  });

  it('a node whose key is locked says so and waits', async () => {
    clients = await pageClients(shell.page);
    await clients.host.profiles.start({ id: profileId });
    await expect.poll(toolTip, WAIT).toBe('Crynux Node Desktop\nHeron: waiting for its passphrase');
  });

  it('closing the window ends the program if the host wants that', async () => {
    await clients.host.settings.change({ keepRunningInTray: false });
    const family = (await processTree(shell.pid)).map(({ pid }) => pid);
    await shell.order({ do: 'closeWindow' });
    expect(await shell.ended).toBe(0);
    await expect.poll(() => stillRunning(family), WAIT).toEqual([]);
  });
});
