/** What a host experiences in the desktop program's own window, only by clicking: what is on the screen decides. */
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { systemRandom } from '../devnet/system.ts';
import { bytesToHex } from '../protocol/hex.ts';
import { addressOf } from '../protocol/signing/keys.ts';
import { launchShell, START_WITHIN_MS } from './support/launch-shell.ts';
import { type LittleNetwork, startLittleNetwork } from './support/little-network.ts';
import { keepOnFailure } from './support/on-failure.ts';
import { type PageClients, pageClients } from './support/page-client.ts';
import type { RunningShell } from './support/running-shell.ts';

const WAIT = { timeout: 150_000 };
/** The name that the first run gives to its node. */
const FIRST = 'My node';
const SECOND = 'Heron';

let shell: RunningShell;
let page: Page;
let network: LittleNetwork;
let clients: PageClients;
/** From the page: exceptions, and what its own policy has blocked. */
const complaints: string[] = [];

beforeAll(async () => {
  network = await startLittleNetwork();
  shell = await launchShell();
  page = shell.page;
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
}, START_WITHIN_MS);

beforeEach((context) => keepOnFailure(context, () => shell));

afterAll(async () => {
  await shell?.close();
  await network?.close();
});

const sentence = (): Locator => page.getByRole('region', { name: 'Node', exact: true }).getByRole('status');
const banner = (): Locator => page.getByRole('banner');
const menuItem = (name: string): Locator => page.getByRole('menuitemradio', { name: new RegExp(`^${name}`) });

async function switchTo(name: string): Promise<void> {
  await page.getByRole('button', { name: /^Switch node/ }).click();
  await menuItem(name).click();
  await banner().getByRole('button', { name }).waitFor();
}

/** A node of a network that the test can control, because this machine has no card that a first run could choose. */
async function addSecondNode(): Promise<string> {
  clients = await pageClients(page);
  const { host } = clients;
  const privateKey = bytesToHex(systemRandom.bytes(32));
  const address = addressOf(privateKey);
  await host.keys.import({ kind: 'privateKey', privateKey, store: 'keystore', passphrase: 'a heron on the ice' });
  await shell.order({ do: 'answerDialog', button: 1 });
  await host.networks.add({ preset: network.preset });
  await host.profiles.create({ draft: network.draft({ name: SECOND, address }) });
  return address;
}

async function workerPid(name: string): Promise<number> {
  for await (const update of await clients.host.profiles.watch({})) {
    const views = update.kind === 'snapshot' ? update.profiles : [];
    const worker = views.find(({ profile }) => profile.name === name)?.worker;
    if (worker?.kind === 'running') return worker.pid;
    break;
  }
  throw new Error(`${name} does not run`);
}

it('from the first run to the first payment: one click, and its money on the overview', async () => {
  await page.getByRole('heading', { name: 'Set up a node' }).waitFor();
  await page.getByRole('button', { name: 'Try it on this machine' }).click();
  await page.getByRole('heading', { name: 'Overview' }).waitFor(WAIT);
  await sentence().filter({ hasText: 'Running' }).waitFor(WAIT);
  const earnings = page.getByRole('region', { name: 'Earnings' });
  await earnings.getByText('1 payment').first().waitFor(WAIT);
  expect(await earnings.getByRole('definition').first().textContent()).toMatch(/^(?!0 )\d+(\.\d+)? CNX$/);
  await page.getByRole('link', { name: 'Tasks' }).click();
  await page
    .getByRole('row', { name: /success .* paid/i })
    .first()
    .waitFor(WAIT);
});

it('two nodes side by side, each with its own network, state and screens', async () => {
  const address = await addSecondNode();
  await switchTo(SECOND);
  await page.getByRole('link', { name: 'Overview' }).click();
  await sentence().filter({ hasText: 'Stopped' }).waitFor();
  await page.getByRole('button', { name: 'Start', exact: true }).click();
  await sentence().filter({ hasText: 'waiting for a task' }).waitFor(WAIT);
  await banner().getByText('Little network').waitFor();
  await banner().getByText(address.slice(-4)).first().waitFor();

  await page.getByRole('button', { name: /^Switch node/ }).click();
  for (const [name, title] of [
    [FIRST, 'Devnet on this machine'],
    [SECOND, 'Little network'],
  ] as const) {
    await menuItem(name).getByText(title).waitFor();
    await menuItem(name)
      .getByText(/Waiting|Running|Executing/)
      .waitFor(WAIT);
  }
  await page.keyboard.press('Escape');
});

it('a killed worker is reported, and comes back by itself', async () => {
  process.kill(await workerPid(SECOND), 'SIGKILL');
  await sentence().filter({ hasText: 'the node’s process ended unexpectedly' }).waitFor(WAIT);
  await page.getByRole('region', { name: 'Needs your attention' }).getByText('The node keeps crashing').waitFor();
  await sentence().filter({ hasText: 'waiting for a task' }).waitFor(WAIT);
  await network.runTask();
  await page.getByRole('region', { name: 'Earnings' }).getByText('1 payment').first().waitFor(WAIT);
});

it('a slash is shown in red, and two clicks lead to its case file', async () => {
  const [task] = network.relay.tasks();
  network.relay.slash({ address: task?.selectedNode ?? '', commitment: task?.commitment ?? '' });
  await sentence().filter({ hasText: 'Slashed. The network took the stake' }).waitFor(WAIT);
  await page.getByRole('button', { name: 'Open Trust' }).click();
  await page.getByText('This node was slashed. The case file says what is known.').waitFor(WAIT);
  await page.getByRole('link', { name: 'Open the case' }).first().click();
  await page.getByText('The network slashed this node for the task.').waitFor(WAIT);
  await page
    .getByText(/400 CNX/)
    .first()
    .waitFor();
  await page.getByRole('heading', { name: 'Timeline' }).waitFor();
});

it('none of this caused an error in the page', () => expect(complaints).toEqual([]));
