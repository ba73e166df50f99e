/** The fleet screen with 500 nodes of five places, one of which is away. */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { axeFindings, type FixtureWindow, openFixtureWindow } from './support/fixture-window.ts';
import { navigate } from './support/window-keys.ts';

let window: FixtureWindow;
beforeAll(async () => {
  window = await openFixtureWindow();
});
afterEach(() => expect(window.complaints).toEqual([]));
afterAll(() => window.close());

async function open(options: { fixture?: string; dark?: boolean; language?: 'en' | 'zh-CN' } = {}): Promise<Page> {
  const page = await window.open({ fixture: 'fleet', screen: 'overview', ...options });
  await navigate(page, '/fleet');
  await page.getByRole('heading', { level: 1, name: options.language === 'zh-CN' ? '节点群' : 'Fleet' }).waitFor();
  return page;
}

const rows = (page: Page) => page.locator('tr[data-node]');
const selection = (page: Page) => page.getByRole('region', { name: 'Selected nodes' });
const grid = (page: Page) => page.getByRole('grid', { name: 'Nodes of all places' });

describe('the fleet screen', () => {
  it('counts 500 nodes and only renders those in view, wherever one scrolls', async () => {
    const page = await open();
    await page.getByText('500 nodes shown').waitFor();
    const most = async () => expect(await rows(page).count()).toBeLessThan(50);
    await most();
    await grid(page).focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('End');
    await page.locator('tr[aria-rowindex="501"]').waitFor();
    await most();
    await page.keyboard.press('Home');
    await page.locator('tr[aria-rowindex="2"]').waitFor();
    await most();
  });

  it('renders a burst of 500 changes once', async () => {
    const page = await open();
    await rows(page).first().waitFor();
    // Each render changes the rows in one go, so an observer is called once for it.
    const drawings = await page.evaluate(`(async () => {
      let drawings = 0;
      const observer = new MutationObserver(() => { drawings += 1; });
      observer.observe(document.querySelector('tbody'), { subtree: true, characterData: true, childList: true });
      const changed = new Promise((resolve) => new MutationObserver(resolve).observe(document.querySelector('tbody'), { subtree: true, characterData: true, childList: true }));
      fixtureFleet.burst();
      await changed;
      await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
      return drawings;
    })()`);
    expect(drawings).toBe(1);
  });

  it('shows the nodes of a place that is away in grey with their date and the reason, and controls none of them', async () => {
    const page = await open();
    await page.getByText('oslo does not answer.').waitFor();
    await page.getByRole('searchbox', { name: 'Search' }).fill('oslo');
    await page.getByText('123 nodes shown').waitFor();
    const first = rows(page).first();
    expect(await first.textContent()).toContain('3 hr');
    await page.getByRole('checkbox', { name: 'Select all shown' }).check();
    for (const name of [/^Pause/, /^Resume/, /^Drain/]) {
      expect(await selection(page).getByRole('button', { name }).isDisabled()).toBe(true);
    }
  });

  it('is controlled with the keyboard: selects, pauses, and reports the outcome for each node', async () => {
    const page = await open();
    await page.getByRole('searchbox', { name: 'Search' }).fill('here gpu-00');
    await page.getByText('8 nodes shown').waitFor();
    await grid(page).focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Space');
    await page.getByText('1 node selected').waitFor();
    await page.keyboard.press('Control+a');
    await page.getByText('8 nodes selected').waitFor();
    await selection(page)
      .getByRole('button', { name: /^Pause/ })
      .click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Pause', exact: true }).click();
    // The made-up host refuses one of them.
    await page.getByText('Pause: 6 nodes accepted, 1 did not').waitFor();
    expect(await page.getByRole('list', { name: 'Nodes that did not accept' }).textContent()).toContain('here/gpu-2');
    await page.locator('tr[data-node="here/gpu-0"]').getByText('Paused').waitFor();
    await grid(page).focus();
    await page.keyboard.press('Escape');
    await page.getByText('8 nodes selected').waitFor({ state: 'detached' });
  });

  it('can be filtered by a state and by what needs the host, and sorted by a column', async () => {
    const page = await open();
    await page.getByRole('button', { name: /^Problem/ }).click();
    await expect.poll(() => page.evaluate('location.hash')).toContain('state=trouble');
    const states = await rows(page).allTextContents();
    expect(states.length).toBeGreaterThan(3);
    expect(states.every((text) => /Cut off|Slashed|Kicked out|Restarting/.test(text))).toBe(true);
    await page.getByRole('button', { name: 'Clear the filter' }).click();
    await page.getByRole('button', { name: '30 days, CNX' }).click();
    await page.locator('th[aria-sort="descending"]').waitFor();
    const amounts = await rows(page).locator('td:nth-child(6)').allTextContents();
    const sorted = amounts.toSorted((a, b) => Number(b) - Number(a));
    expect(amounts.length).toBeGreaterThan(10);
    expect(amounts).toEqual(sorted);
  });

  it.each([
    { language: 'en', dark: false },
    { language: 'zh-CN', dark: true },
  ] as const)('has nothing that axe finds: %j', async (options) => {
    const page = await open(options);
    await rows(page).first().click();
    expect(await axeFindings(page)).toEqual([]);
    await page.getByRole('button', { name: options.language === 'en' ? 'Places' : '位置', exact: true }).click();
    await page.getByRole('dialog').waitFor();
    expect(await axeFindings(page)).toEqual([]);
  });

  it('says how to add a place if there is nothing to show', async () => {
    const page = await window.open({ fixture: 'first-run', screen: 'overview' });
    await navigate(page, '/fleet');
    await page.getByText('No nodes yet').waitFor();
    await page.getByText('crynux-node access create my-desk --role operate').first().waitFor();
    expect(await axeFindings(page)).toEqual([]);
  });

  it('is in the sidebar if there is more than one node', async () => {
    const page = await window.open({ fixture: 'two-nodes', screen: 'overview' });
    await page.getByRole('link', { name: 'Fleet' }).click();
    await page.getByText('2 nodes shown').waitFor();
    // Enter opens a node of this program.
    await grid(page).focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.evaluate('location.hash')).toMatch(/node\/(attic|living-room)\/overview/);
    const alone = await window.open({ fixture: 'running', screen: 'overview' });
    await alone.getByRole('link', { name: 'Wallet & stake' }).waitFor();
    expect(await alone.getByRole('link', { name: 'Fleet' }).count()).toBe(0);
  });
});
