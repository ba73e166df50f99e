/** What takes long in the window: it says so, and can be cancelled. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { axeFindings, type FixtureWindow, openFixtureWindow } from './support/fixture-window.ts';
import { navigate } from './support/window-keys.ts';

let window: FixtureWindow;
beforeAll(async () => {
  window = await openFixtureWindow();
});
afterAll(async () => {
  expect(window.complaints).toEqual([]);
  await window.close();
});

async function open(fixture: string, route: string): Promise<Page> {
  const page = await window.open({ fixture, screen: 'overview' });
  await navigate(page, route);
  return page;
}

describe('a key', () => {
  it('is exported unless that is cancelled, which is possible even while a person is being asked', async () => {
    const page = await open('nobody-there', '/settings/keys');
    await page.getByRole('button', { name: /^Export 0x/ }).click();
    const dialog = page.getByRole('alertdialog', { name: 'Export the key' });
    await dialog.getByLabel('New passphrase for the file').fill('a heron on the ice');
    await dialog.getByLabel('Repeat the passphrase').fill('a heron on the ice');
    await dialog.getByLabel('Type a4B5 to confirm').fill('a4B5');
    await dialog.getByRole('button', { name: 'Export' }).click();
    const working = dialog.getByRole('status').filter({ hasText: 'Waiting for your confirmation' });
    await working.waitFor();
    expect(await axeFindings(page, '[role=alertdialog]')).toEqual([]);
    await dialog.getByRole('button', { name: 'Cancel' }).and(page.locator(':enabled')).click();
    await working.waitFor({ state: 'detached' });
    // Nothing failed, and what was typed is still there for another try.
    expect(await dialog.getByRole('alert').count()).toBe(0);
    expect(await dialog.getByRole('button', { name: 'Export' }).isEnabled()).toBe(true);
  });

  it('that was imported counts as backed up only once a copy was shown; the comparing can be cancelled', async () => {
    const page = await open('nobody-there', '/settings/keys');
    await page.getByText('It was imported from a copy you have elsewhere', { exact: false }).waitFor();
    expect(await page.getByText('backup verified').count()).toBe(0);
    await page.getByRole('button', { name: 'Verify the backup' }).click();
    const dialog = page.getByRole('alertdialog', { name: 'Verify the backup' });
    await dialog.getByLabel('Kind of key').selectOption('keystoreFile');
    await dialog.getByLabel('Keystore V3 file').setInputFiles({
      name: 'old-wallet.json',
      mimeType: 'application/json',
      buffer: Buffer.from('{"version":3}'),
    });
    await dialog.getByText('Chosen: old-wallet.json').waitFor();
    await dialog.getByLabel('File passphrase').fill('an old one');
    await dialog.getByRole('button', { name: 'Check the backup' }).click();
    await dialog.getByRole('status').filter({ hasText: 'Comparing' }).waitFor();
    await dialog.getByRole('button', { name: 'Cancel' }).and(page.locator(':enabled')).click();
    await dialog.getByLabel('Kind of key').selectOption('privateKey');
    await dialog.getByLabel(/^Private key/).fill('ab'.repeat(32));
    expect(await axeFindings(page, '[role=alertdialog]')).toEqual([]);
    await dialog.getByRole('button', { name: 'Check the backup' }).click();
    await page.getByText('backup verified').waitFor();
  });
});

describe('what a node keeps', () => {
  const opened = async (fixture: string) => {
    const page = await open(fixture, '/settings/nodes');
    await page.getByRole('button', { name: 'Edit Living room' }).click();
    const kept = page.getByRole('region', { name: 'Kept now' });
    await kept.getByText('of 1,204 closed tasks').waitFor();
    return { page, kept };
  };
  const ask = async (page: Page) => {
    await page.getByRole('button', { name: 'Remove now…' }).click();
    const dialog = page.getByRole('alertdialog', { name: 'Remove the results of closed tasks?' });
    await dialog.getByText('688.0 MiB from 1,204 closed tasks will be permanently removed', { exact: false }).waitFor();
    return dialog;
  };

  it('is told with its size and its oldest, and removed only after a question that says what goes and what stays', async () => {
    const { page, kept } = await opened('running');
    await kept.getByText('688.0 MiB').waitFor();
    await kept.getByText('6 days ago').waitFor();
    const dialog = await ask(page);
    await dialog.getByText('Scores, money records, open tasks', { exact: false }).waitFor();
    expect(await axeFindings(page, '[role=alertdialog]')).toEqual([]);
    await dialog.getByRole('button', { name: 'Remove' }).click();
    await kept.getByText('No results of closed tasks on disk.').waitFor();
    // The answer has not sent the form around it.
    expect(await page.getByText('Takes effect the next time the node starts.').count()).toBe(1);
    expect(await kept.getByRole('button', { name: 'Remove now…' }).isDisabled()).toBe(true);
    expect(await axeFindings(page, '[role=dialog]')).toEqual([]);
  });

  it('is removed until that is cancelled', async () => {
    const { page, kept } = await opened('nobody-there');
    const dialog = await ask(page);
    await dialog.getByRole('button', { name: 'Remove' }).click();
    await dialog.getByRole('status').filter({ hasText: 'Removing results' }).waitFor();
    await dialog.getByRole('button', { name: 'Cancel' }).and(page.locator(':enabled')).click();
    await dialog.getByRole('status').waitFor({ state: 'detached' });
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await kept.getByText('of 1,204 closed tasks').waitFor();
  });

  it('stays readable while the node is stopped, which is what says why nothing can be removed', async () => {
    const { kept } = await opened('stopped');
    await kept.getByText('Start the node to remove them', { exact: false }).waitFor();
  });
});

it('the GPU back ends are told with their size and whether they are here, and with the command that installs one', async () => {
  const page = await open('running', '/settings/engines');
  const card = page.getByRole('region', { name: 'GPU back ends' });
  await card.getByRole('listitem').filter({ hasText: 'CUDA (NVIDIA)' }).getByText('584.0 MiB').waitFor();
  const missing = card.getByRole('listitem').filter({ hasText: 'not installed' });
  await missing.getByText('crynux-node backends install vulkan', { exact: true }).waitFor();
  await missing.getByRole('button', { name: 'Copy the command' }).waitFor();
  expect(await axeFindings(page)).toEqual([]);
});

it('a self-test that was asked for says that it waits, and is taken back before it begins', async () => {
  const page = await open('running', '/node/living-room/gpus');
  const card = page.getByRole('region', { name: 'Self-test' });
  await card.getByRole('button', { name: 'Run now' }).click();
  const waiting = card.getByRole('status').filter({ hasText: 'Waiting until the node has no task' });
  await waiting.waitFor();
  expect(await card.getByRole('button', { name: 'Run now' }).isDisabled()).toBe(true);
  expect(await axeFindings(page)).toEqual([]);
  await card.getByRole('button', { name: 'Cancel' }).click();
  await waiting.waitFor({ state: 'detached' });
  expect(await card.getByRole('button', { name: 'Run now' }).isEnabled()).toBe(true);
});
