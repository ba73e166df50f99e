/** Earnings, Wallet & stake, GPUs and Models in a real browser, with a made-up host. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { axeFindings, contrastFindings, type FixtureWindow, openFixtureWindow } from './support/fixture-window.ts';

let window: FixtureWindow;
beforeAll(async () => {
  window = await openFixtureWindow();
});
afterAll(async () => {
  await window.close();
  expect(window.complaints).toEqual([]);
});

/** Generous, because a busy machine is slow and what is awaited always comes. */
const eventually = <Value>(read: () => Promise<Value>) => expect.poll(read);
const dialog = (page: Page) => page.getByRole('alertdialog');
const messages = (page: Page) => page.getByRole('region', { name: 'Messages' });
const confirmButton = (page: Page, name: string) => dialog(page).getByRole('button', { name });

/** From the dialog's cancel button, which has the focus first, to its confirmation once that is enabled. */
async function confirmByKeyboard(page: Page, name: string): Promise<void> {
  await eventually(() => confirmButton(page, name).isEnabled()).toBe(true);
  await eventually(() => confirmButton(page, 'Cancel').and(page.locator(':focus')).count()).toBe(1);
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await dialog(page).waitFor({ state: 'detached' });
}

describe('a stake', () => {
  it('is changed by keyboard in two steps, and the focus comes back', async () => {
    const page = await window.open({ fixture: 'running', screen: 'wallet' });
    const slider = page.getByRole('slider', { name: 'New stake' });
    const amount = page.getByRole('textbox', { name: 'New stake' });
    await slider.focus();
    await page.keyboard.press('ArrowRight');
    await eventually(() => amount.inputValue()).toBe('421');
    await amount.focus();
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.type('450.000000000000000001');
    const forecast = page.getByRole('region', { name: 'Effect on your chances' });
    await forecast.getByText('Selection weight').waitFor();
    await forecast.getByText(/quality of service is assumed to stay as it is now/).waitFor();
    await page.keyboard.press('Enter');
    // 420 are staked and 5 are free credits, which are used first.
    await dialog(page).getByText('450000000000000000001 wei').waitFor();
    await dialog(page).getByText('25000000000000000001 wei').waitFor();
    await dialog(page).getByText('5000000000000000000 wei', { exact: true }).waitFor();
    await confirmByKeyboard(page, 'Send the transaction');
    await messages(page).getByText('The stake is now 450 CNX.').waitFor();
    await eventually(() => amount.inputValue()).toBe('450.000000000000000001');
    expect(await amount.and(page.locator(':focus')).count()).toBe(1);
  });

  it('that is not possible is explained, and nothing can be confirmed', async () => {
    const page = await window.open({ fixture: 'running', screen: 'wallet' });
    await page.getByRole('textbox', { name: 'New stake' }).fill('9999');
    await page.getByText(/Wallet, credits and stake together allow at most [\d.,]+ CNX\./).waitFor();
    await page.getByRole('textbox', { name: 'New stake' }).fill('399');
    await page.getByText('The network requires at least 400 CNX.').waitFor();
    await page.getByRole('textbox', { name: 'New stake' }).fill('1,500');
    await page.getByText('This can be read two ways.').waitFor();
    await page.keyboard.press('Enter');
    expect(await dialog(page).count()).toBe(0);
    await page.getByRole('textbox', { name: 'New stake' }).fill('four hundred');
    await page.getByText('Enter a number with at most 18 decimals').waitFor();
    expect(await page.getByRole('button', { name: 'Review the change' }).first().isDisabled()).toBe(true);
  });

  it('being returned shows when it can be taken without the relay', async () => {
    const page = await window.open({ fixture: 'returning', screen: 'wallet' });
    await page.getByText(/you can recover it yourself in 21 min/).waitFor();
    expect(await page.getByRole('button', { name: 'Recover it without the relay' }).isDisabled()).toBe(true);
  });
});

it('a stake in contracts that the network has left is withdrawn step by step', async () => {
  const page = await window.open({ fixture: 'legacy-stake', screen: 'wallet' });
  const steps = page.getByRole('list', { name: 'Three steps' });
  await steps.getByText('1. Request it', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Request the old stake' }).focus();
  await page.keyboard.press('Enter');
  await dialog(page).getByText('0x8aC7230489e80000F4aB12cD34Ef5678901234Ab').waitFor();
  expect(await axeFindings(page, '[role=alertdialog]')).toEqual([]);
  await confirmByKeyboard(page, 'Send the transaction');
  await messages(page).getByText('you can close the program until then').waitFor();
  await page.getByText(/It can be recovered in 30 min/).waitFor();
  expect(await page.getByRole('button', { name: 'Recover the old stake' }).isDisabled()).toBe(true);
  await page.getByText('set the beneficial address and the delegators’ share again').waitFor();
});

it('a withdrawal shows fee, destination and its effect on the weight before it is confirmed by keyboard', async () => {
  const page = await window.open({ fixture: 'running', screen: 'wallet' });
  await page.getByRole('textbox', { name: 'Amount to receive' }).focus();
  await page.keyboard.type('12.5');
  await page.keyboard.press('Enter');
  for (const fact of ['0.1 CNX', '12.6 CNX', '24.8182 CNX', '0x8aC7230489e80000F4aB12cD34Ef5678901234Ab']) {
    await dialog(page).getByText(fact, { exact: true }).first().waitFor();
  }
  await dialog(page).getByRole('region', { name: 'Effect on your chances' }).waitFor();
  expect(await axeFindings(page, '[role=alertdialog]')).toEqual([]);
  await confirmByKeyboard(page, 'Withdraw');
  await messages(page).getByText('The relay accepted the withdrawal').waitFor();
  const newest = page.getByRole('table', { name: 'Withdrawals' }).getByRole('row').nth(1);
  await newest.getByText('12.5').waitFor();
  await newest.getByText('In progress').waitFor();
});

it('the beneficial address is set only after its last characters were typed', async () => {
  const page = await window.open({ fixture: 'executing', screen: 'wallet' });
  const address = '0x52908400098527886e0f7030069857d2e4169ee7';
  await page.getByRole('textbox', { name: 'Address' }).fill(address);
  await page.keyboard.press('Enter');
  await dialog(page).getByText('This cannot be undone').waitFor();
  await dialog(page).getByText('typing errors cannot be detected').waitFor();
  const confirm = confirmButton(page, 'Set it permanently');
  const typed = dialog(page).getByRole('textbox');
  expect(await confirm.isDisabled()).toBe(true);
  await typed.fill('e4169ee8');
  await page.keyboard.press('Enter');
  expect(await confirm.isDisabled()).toBe(true);
  await typed.fill('e4169ee7');
  await page.keyboard.press('Enter');
  await messages(page).getByText('The beneficial address is set.').waitFor();
  await page.getByText(address, { exact: true }).waitFor();
});

it('what the cards used is shown next to what was earned, and a profit only at the host’s own prices', async () => {
  const page = await window.open({ fixture: 'running', screen: 'earnings' });
  const card = page.getByRole('region', { name: 'Electricity and profit' }).first();
  await card.getByRole('row', { name: /^Total/ }).waitFor();
  expect(await card.getByText('Profit (EUR)').count()).toBe(0);
  await card.getByLabel('Price per kWh').fill('0,32');
  await card.getByRole('button', { name: 'Save' }).click();
  await card.getByText(/Electricity cost per CNX earned: [\d.]+ EUR\./).waitFor();
  await card.getByLabel('Price per CNX').fill('a lot');
  await card.getByText('Enter a number, for example 0.0125.').waitFor();
  await card.getByLabel('Price per CNX').fill('0.5');
  await card.getByRole('button', { name: 'Save' }).click();
  await card.getByText('Profit (EUR)').waitFor();
  expect(await axeFindings(page)).toEqual([]);
  await card.getByText('Cards', { exact: true }).click();
  // Beside what the card used: what it earned, and the profit of that.
  const row = card.getByRole('row', { name: /NVIDIA GeForce RTX 4090/ });
  await row.waitFor();
  const [earned = '', ...others] = await row.getByRole('cell').allInnerTexts();
  expect(earned).toMatch(/^\+\d/);
  expect(others).toHaveLength(5);
  expect(others).not.toContain('—');
  expect(await axeFindings(page)).toEqual([]);
});

it('withdrawals are sorted by a heading, by keyboard too, and are back in their original order after the third press', async () => {
  const page = await window.open({ fixture: 'running', screen: 'wallet' });
  const table = page.getByRole('table', { name: 'Withdrawals' });
  const amounts = () => table.locator('tbody tr td:last-child').allInnerTexts();
  const heading = table.getByRole('columnheader', { name: 'Amount' });
  await heading.waitFor();
  const came = await amounts();
  const falling = came.toSorted((a, b) => Number(b) - Number(a));
  expect(came.length).toBeGreaterThan(2);
  await heading.getByRole('button').focus();
  await page.keyboard.press('Enter');
  expect(await amounts()).toEqual(falling);
  expect(await heading.getAttribute('aria-sort')).toBe('descending');
  await page.keyboard.press('Space');
  expect(await amounts()).toEqual(falling.toReversed());
  expect(await heading.getAttribute('aria-sort')).toBe('ascending');
  await heading.getByRole('button').click();
  expect(await amounts()).toEqual(came);
  expect(await heading.getAttribute('aria-sort')).toBeNull();
  expect(await axeFindings(page)).toEqual([]);
});

it('the ledger links to tasks, has pages and filters, and is exported as one file', async () => {
  const page = await window.open({ fixture: 'running', screen: 'earnings' });
  const ledger = page.getByRole('table', { name: 'Ledger' });
  const rows = () => ledger.getByRole('row').count();
  await eventually(rows).toBe(26);
  await page.getByRole('button', { name: 'Older' }).click();
  await page.getByText('Page 2').waitFor();
  await page.getByRole('combobox', { name: 'Kind' }).selectOption({ label: 'Slash' });
  await page.getByText('Nothing matches this filter').waitFor();
  await page.getByRole('combobox', { name: 'Kind' }).selectOption({ label: 'Gas' });
  await eventually(() => ledger.getByText('Wallet of the node key → Gas').count()).toBeGreaterThan(2);
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export as CSV' }).click();
  expect((await download).suggestedFilename()).toMatch(/^crynux-living-room-.*\.csv$/);
  await page.getByRole('combobox', { name: 'Kind' }).selectOption({ label: 'Task payment' });
  await ledger.getByRole('link').first().click();
  await page.waitForURL(/tasks\?task=0x[0-9a-f]{64}/);
});

it('a difference is explained, and one of the wallet becomes a transfer if the host says so', async () => {
  const page = await window.open({ fixture: 'books-differ', screen: 'earnings' });
  await page.getByText('The ledger and the network do not agree everywhere.').waitFor();
  await page.getByText(/task_fees 9641 \(0.52 CNX\) is not booked/).waitFor();
  await page.getByRole('button', { name: 'It was a transfer of my own' }).click();
  await dialog(page)
    .getByText(/holds 5 CNX more than the ledger/)
    .waitFor();
  await confirmByKeyboard(page, 'Record the transfer');
  await page.getByText('The ledger and the network agree.').waitFor();
});

it('cards are chosen as a group, with what will be reported to the network', async () => {
  const page = await window.open({ fixture: 'running', screen: 'gpus' });
  const cards = page.getByRole('group', { name: '2 × NVIDIA GeForce RTX 3060' }).getByRole('checkbox');
  await cards.first().check();
  await cards.last().check();
  await page.getByRole('button', { name: 'Review the report' }).click();
  await dialog(page).getByText('2x NVIDIA GeForce RTX 3060+Linux').waitFor();
  await dialog(page).getByText('24 GiB of memory').waitFor();
  await confirmByKeyboard(page, 'Use these cards');
  await page.getByText('Changes take effect the next time this node starts.').waitFor();
});

it('a model is deleted after its consequences were shown', async () => {
  const page = await window.open({ fixture: 'running', screen: 'models' });
  await page.getByRole('button', { name: 'Pause base:qwen/qwen2.5-7b' }).click();
  await page.getByRole('button', { name: 'Resume base:qwen/qwen2.5-7b' }).waitFor();
  await page.getByRole('button', { name: 'Delete base:crynux/tiny-chat' }).click();
  await dialog(page).getByText('Living room loses').waitFor();
  await dialog(page).getByText('and can no longer take: Text').waitFor();
  await confirmByKeyboard(page, 'Delete');
  await messages(page).getByText('base:crynux/tiny-chat was deleted').waitFor();
  expect(await page.getByRole('button', { name: 'Delete base:crynux/tiny-chat' }).count()).toBe(0);
});

it('a network without a chain says so', async () => {
  const page = await window.open({ fixture: 'no-chain', screen: 'wallet' });
  await page.getByText('its stake is only what the relay says').waitFor();
});

it.each([
  { screen: 'earnings', text: 'The ledger and the network agree.' },
  { screen: 'wallet', text: 'Selection weight' },
  { screen: 'gpus', text: 'Show as a table' },
  { screen: 'models', text: 'Files that belong to no known model' },
])('axe finds nothing on $screen, light and dark', async ({ screen, text }) => {
  const page = await window.open({ fixture: 'running', screen });
  if (screen === 'wallet') await page.getByRole('textbox', { name: 'New stake' }).fill('430');
  await page.getByText(text).first().waitFor();
  expect(await axeFindings(page)).toEqual([]);
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.locator('[data-theme="dark"]').waitFor();
  expect(await contrastFindings(page)).toEqual([]);
});

it('the ledger keeps the widths of its columns', async () => {
  const page = await window.open({ fixture: 'running', screen: 'earnings' });
  const ledger = page.getByRole('table', { name: 'Ledger' });
  const edge = (name: string) => ledger.getByRole('separator', { name: `Width of ${name}` });
  const widthOf = async (name: string) =>
    Math.round((await ledger.getByRole('columnheader', { name }).boundingBox())?.width ?? 0);
  await edge('Time').focus();
  const before = await widthOf('Time');
  for (let presses = 0; presses < 5; presses += 1) await page.keyboard.press('ArrowRight');
  await eventually(() => widthOf('Time')).toBe(before + 40);
  expect(await axeFindings(page)).toEqual([]);
  await page.getByRole('link', { name: 'Logs' }).click();
  await page.getByRole('heading', { name: 'Logs', level: 1 }).waitFor();
  await page.getByRole('link', { name: 'Earnings' }).click();
  await edge('Time').waitFor();
  await eventually(() => widthOf('Time')).toBe(before + 40);
  await edge('Time').focus();
  await page.keyboard.press('Delete');
  await eventually(() => widthOf('Time')).toBe(before);
});
