/** The first run with made-up hosts, as experienced by a host with a keyboard. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { axeFindings, type FixtureWindow, openFixtureWindow } from './support/fixture-window.ts';
import { navigate, pressOn, tabTo } from './support/window-keys.ts';

let window: FixtureWindow;
beforeAll(async () => {
  window = await openFixtureWindow();
});
afterAll(() => window.close());

async function open(fixture: string, route: string, options: { dark?: boolean } = {}): Promise<Page> {
  const page = await window.open({ fixture, screen: 'overview', ...options });
  await navigate(page, route);
  return page;
}

describe('first run', () => {
  it('leads to a node using only the keyboard, and confirms the backup on the way', async () => {
    const page = await open('first-run', '/');
    await pressOn(page, 'button', 'Create a new key');
    await pressOn(page, 'button', 'Create the key');
    const words = await page.getByRole('list', { name: 'Backup words' }).getByRole('listitem').allInnerTexts();
    const word = (number: number) => words[number - 1]?.replace(/^\d+\s*/, '') ?? '';
    await pressOn(page, 'button', 'I have written them down');
    for (const number of [3, 7, 11]) {
      await tabTo(page, 'textbox', `Word ${number}`);
      await page.keyboard.type(number === 7 ? 'wrong' : word(number));
    }
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('These words do not match the recovery phrase.').waitFor();
    await tabTo(page, 'textbox', 'Word 7');
    await page.keyboard.press('ControlOrMeta+A');
    await page.keyboard.type(word(7));
    await page.keyboard.press('Enter');
    await page.getByText('backup verified', { exact: true }).waitFor();
    await pressOn(page, 'button', 'Next');
    await tabTo(page, 'radio', 'Devnet on this machine');
    await page.keyboard.press('Space');
    await pressOn(page, 'button', 'Next');
    await pressOn(page, 'radio', 'Built-in engine 0.1.0', 'Space');
    await pressOn(page, 'checkbox', 'NVIDIA GeForce RTX 4090', 'Space');
    await page.getByText('Reported to the network: NVIDIA GeForce RTX 4090+Linux, 24 GiB').waitFor();
    await pressOn(page, 'button', 'Next');
    await page.getByText('Nothing is blocking the start.').waitFor();
    await pressOn(page, 'button', 'Next');
    await pressOn(page, 'button', 'Create and start');
    await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor();
    await page.getByText('My node is starting.').waitFor();
    expect(new URL(page.url()).hash).toBe('#/node/my-node/overview');
  });

  it('is never a dead end: every step says what is missing, and where', async () => {
    const page = await open('first-run', '/first-run/stake');
    expect(await page.getByRole('button', { name: 'Create and start' }).isDisabled()).toBe(true);
    await page.getByRole('region', { name: 'Fund & stake' }).getByRole('link', { name: 'Network' }).click();
    await page.getByRole('heading', { name: 'The network' }).waitFor();
  });

  it('on a public network without card and worker says where to get them, continues with the rest, and keeps the choices', async () => {
    const page = await open('first-run-public', '/first-run');
    await page.getByText('Your earlier choices were kept').waitFor();
    const worker = page.getByRole('region', { name: 'This network needs the official worker' });
    await worker.getByText('ghcr.io/crynux-network/crynux-node').waitFor();
    await worker.getByText('no program was found in this folder').or(worker.getByText('/opt/old-worker')).first().waitFor();
    await page.getByText('Without one, this machine cannot join Crynux on Base').waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await worker.getByRole('button', { name: 'Check the latest release' }).click();
    await worker.getByRole('button', { name: 'Fetch and check' }).click();
    await worker.getByRole('progressbar', { name: /^Fetching: .* of .*, .*\/s$/ }).waitFor();
    await worker.getByRole('button', { name: 'Cancel' }).click();
    await worker.getByText('Stopped. What has been downloaded is kept').waitFor();
    await navigate(page, '/first-run/checks');
    await page.getByText('Network, chain, money and key have been checked.').waitFor();
    await page
      .getByText('Chain endpoint')
      .or(page.getByText('Relay', { exact: true }))
      .first()
      .waitFor();
    await navigate(page, '/first-run/stake');
    const funding = page.getByRole('region', { name: 'Send the coins here' });
    await funding.getByText('100000.00084 CNX').waitFor();
    await funding.getByRole('img', { name: 'Node address as a QR code' }).waitFor();
    await funding.getByText('still missing').waitFor();
    expect(await axeFindings(page)).toEqual([]);
    const steps = page.getByRole('navigation', { name: 'Steps' });
    await steps.getByRole('link', { name: 'Fund & stake (open)' }).waitFor();
    const stake = page.getByRole('textbox', { name: 'Stake in CNX' });
    await stake.fill('100001');
    await funding.getByText('100001.00084 CNX').waitFor();
    await stake.fill('100002');
    // Now all of it is available.
    await funding.getByText('100002.00084 CNX').waitFor();
    await funding.getByText('still missing').waitFor({ state: 'detached' });
    await page.getByText('Your choices are kept, even if you close the program.').waitFor();
    await page.getByRole('textbox', { name: 'Node name' }).fill('Cellar');
    await steps.getByRole('link', { name: 'Card (open)' }).click();
    await worker.waitFor();
    await navigate(page, '/settings/nodes');
    await navigate(page, '/first-run/stake');
    await page.getByRole('textbox', { name: 'Node name' }).and(page.locator('[value=Cellar]')).waitFor();
    expect(await stake.inputValue()).toBe('100002');
  });

  it('needs one click with the local network', async () => {
    const page = await open('first-run', '/');
    await page.getByRole('button', { name: 'Try it on this machine' }).click();
    await page.getByText('Running · waiting for a task.').waitFor();
  });
});

describe('the page', () => {
  it('never reported an error, and its policy blocked nothing', () => {
    expect(window.complaints).toEqual([]);
  });
});
