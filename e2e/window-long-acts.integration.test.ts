/** What takes long in the window: it says so, and can be cancelled. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { axeFindings, type FixtureWindow, openFixtureWindow } from './support/fixture-window.ts';
import { go } from './support/window-keys.ts';

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
  await go(page, route);
  return page;
}

describe('a key', () => {
  it('is exported until it is cancelled, also while a person is asked', async () => {
    const page = await open('nobody-there', '/settings/keys');
    await page.getByRole('button', { name: /^Export 0x/ }).click();
    const dialog = page.getByRole('alertdialog', { name: 'Export the key' });
    await dialog.getByLabel('New passphrase for the file').fill('a heron on the ice');
    await dialog.getByLabel('The same passphrase again').fill('a heron on the ice');
    await dialog.getByLabel('Type a4B5 to confirm').fill('a4B5');
    await dialog.getByRole('button', { name: 'Export' }).click();
    const working = dialog.getByRole('status').filter({ hasText: 'Waiting for the confirmation' });
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
    await page.getByText('It came from a copy that you have elsewhere.', { exact: false }).waitFor();
    expect(await page.getByText('backup proved').count()).toBe(0);
    await page.getByRole('button', { name: 'Prove the backup' }).click();
    const dialog = page.getByRole('alertdialog', { name: 'Prove the backup' });
    await dialog.getByLabel('Kind of key').selectOption('keystoreFile');
    await dialog.getByLabel('Keystore V3 file').setInputFiles({
      name: 'old-wallet.json',
      mimeType: 'application/json',
      buffer: Buffer.from('{"version":3}'),
    });
    await dialog.getByText('Chosen: old-wallet.json').waitFor();
    await dialog.getByLabel('Passphrase of the file').fill('an old one');
    await dialog.getByRole('button', { name: 'Check the backup' }).click();
    await dialog.getByRole('status').filter({ hasText: 'Comparing' }).waitFor();
    await dialog.getByRole('button', { name: 'Cancel' }).and(page.locator(':enabled')).click();
    await dialog.getByLabel('Kind of key').selectOption('privateKey');
    await dialog.getByLabel(/^Private key/).fill('ab'.repeat(32));
    expect(await axeFindings(page, '[role=alertdialog]')).toEqual([]);
    await dialog.getByRole('button', { name: 'Check the backup' }).click();
    await page.getByText('backup proved').waitFor();
  });
});
