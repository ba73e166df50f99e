/**
 * The window of a node whose tasks are on a chain, in a real browser, with a made-up host: what such a network does not
 * have is not shown.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { axeFindings, type FixtureWindow, openFixtureWindow } from './support/fixture-window.ts';

let window: FixtureWindow;
beforeAll(async () => {
  window = await openFixtureWindow();
});
afterAll(async () => {
  await window.close();
  expect(window.complaints).toEqual([]);
});

const open = (screen: string) => window.open({ fixture: 'on-chain', screen });

it('earnings have a wallet and a stake, and link each transaction to its page in the explorer', async () => {
  const page = await open('earnings');
  const link = page.getByRole('link', { name: /in the explorer/ }).first();
  await link.waitFor();
  expect(await link.getAttribute('href')).toMatch(/^https:\/\/explorer\.example\/tx\/0x[0-9a-f]{64}$/);
  expect(await link.getAttribute('rel')).toBe('noreferrer');
  for (const absent of ['Delegations to other nodes', 'Emission', 'No emission estimate on this network.']) {
    expect(await page.getByText(absent, { exact: true }).count()).toBe(0);
  }
  const accounts = page.getByRole('combobox', { name: 'Account' }).locator('option');
  expect(await accounts.allTextContents()).not.toEqual(expect.arrayContaining(['Relay balance']));
  expect(await axeFindings(page)).toEqual([]);
});

it('the quality is shown in points, and the wallet has no relay', async () => {
  const trust = await open('trust?tab=qos');
  await trust.getByText('Last three tasks').waitFor();
  expect(await trust.getByText('Health').count()).toBe(0);
  expect(await axeFindings(trust)).toEqual([]);
  const wallet = await open('wallet');
  await wallet.getByText('Receives payments for tasks; pays the stake and gas.').waitFor();
  expect(await wallet.getByText(/relay/i).count()).toBe(0);
  const overview = await open('overview');
  await overview.getByText('Average points').waitFor();
  expect(await overview.getByText('Staking score').count()).toBe(0);
  await overview.getByRole('button', { name: 'Why no tasks?' }).first().click();
  await overview.getByText('The chain can be reached.').waitFor();
  expect(await overview.getByText(/relay/i).count()).toBe(0);
});
