/** The window's frame, overview and settings with made-up hosts, as experienced by a host with a keyboard. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  axeFindings,
  contrastFindings,
  type FixtureWindow,
  openFixtureWindow,
  repeatedHeadings,
} from './support/fixture-window.ts';
import { hasFocus, navigate } from './support/window-keys.ts';

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

describe('accessibility', () => {
  it('has no findings on any of its screens, light or dark', async () => {
    const found: Record<string, string[]> = {};
    const look = async (page: Page, name: string) => {
      const findings = [...(await axeFindings(page)), ...(await repeatedHeadings(page))];
      if (findings.length > 0) found[name] = findings;
    };
    const page = await open('executing', '/node/living-room/overview');
    await page.getByRole('heading', { name: 'Current task' }).waitFor();
    await look(page, 'overview');
    await navigate(page, '/settings/nodes');
    await look(page, 'settings nodes');
    await navigate(page, '/settings/appearance');
    await page.getByLabel('Theme').selectOption('dark');
    await page.locator('html[data-theme=dark]').waitFor();
    await look(page, 'settings appearance, dark');
    await navigate(page, '/node/living-room/overview');
    await page.getByRole('heading', { name: 'Current task' }).waitFor();
    found['overview, dark'] = await contrastFindings(page);
    await navigate(page, '/first-run/gpu');
    await page.getByText('Built-in engine').waitFor();
    await look(page, 'first run, dark');
    const slashed = await open('slashed', '/node/living-room/overview');
    await slashed.getByText('The stake was taken').waitFor();
    await look(slashed, 'slashed');
    const first = await open('first-run', '/first-run/key');
    await first.getByRole('button', { name: 'Create a new key' }).click();
    await first.getByRole('dialog', { name: 'Create a key' }).waitFor();
    await look(first, 'dialog');
    expect(found).toEqual({ 'overview, dark': [] });
  });

  it('would report an image without a description and an unreadable text', async () => {
    const page = await open('running', '/settings/keys');
    await page.evaluate(`document.querySelector('main').insertAdjacentHTML(
      'beforeend', '<img src="./icon.png"><p class="bad">pale</p>');
      document.querySelector('.bad').style.cssText = 'color: rgb(200, 200, 200); background-color: rgb(210, 210, 210)'`);
    expect(await axeFindings(page)).toEqual([
      expect.stringMatching(/^color-contrast: .*pale/),
      expect.stringMatching(/^image-alt: /),
    ]);
    expect(await contrastFindings(page)).toEqual([expect.stringMatching(/^color-contrast: .*pale/)]);
  });

  it('goes anywhere from the keyboard, shows its keys, and draws stronger lines if more contrast is requested', async () => {
    const page = await open('two-nodes', '/node/living-room/overview');
    await page.keyboard.press('ControlOrMeta+k');
    await page.getByRole('combobox', { name: 'Screen, node or setting' }).and(page.locator(':focus')).waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await page.keyboard.type('settings notif');
    await page.getByRole('option', { selected: true }).getByText('Settings: Notifications').waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Events' }).waitFor();
    await page.keyboard.press('ControlOrMeta+/');
    await page.getByRole('dialog', { name: 'Keyboard' }).getByText('Ctrl K').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    const line = () => page.evaluate<string>(`getComputedStyle(document.documentElement).getPropertyValue('--line')`);
    const plain = await line();
    await page.emulateMedia({ contrast: 'more' });
    expect(await line()).not.toBe(plain);
    expect(await contrastFindings(page)).toEqual([]);
  });
});

describe('overview', () => {
  it('pauses and resumes, each with a message that can be dismissed', async () => {
    const page = await open('running', '/node/living-room/overview');
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByText('Paused. The node takes no tasks until you resume.').waitFor();
    const messages = page.getByRole('region', { name: 'Messages' });
    await messages.getByText('Living room is pausing').waitFor();
    await messages.getByRole('button', { name: 'Dismiss' }).click();
    expect(await messages.getByText('Living room').count()).toBe(0);
    await page.getByRole('button', { name: 'Resume' }).click();
    await page.getByText('Running · waiting for a task.').waitFor();
  });

  it('says one click from idle why no tasks come, and returns the focus', async () => {
    const page = await open('running', '/node/living-room/overview');
    const why = page.getByRole('region', { name: 'Node' }).getByRole('button', { name: 'Why no tasks?' });
    await why.click();
    await page.getByRole('dialog').getByText('Tasks are waiting').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await hasFocus(why)).toBe(true);
  });

  it('shows first what costs most', async () => {
    const page = await open('slashed', '/node/living-room/overview');
    await page.getByText('The stake was taken').waitFor();
    const items = page.getByRole('region', { name: 'Needs your attention' }).getByRole('listitem');
    expect(await items.first().textContent()).toContain('The stake was taken');
    await page.getByRole('button', { name: 'Rejoin' }).click();
    await page.getByRole('alertdialog', { name: 'Rejoin the network?' }).waitFor();
  });

  it('unlocks a locked key and starts the node', async () => {
    const page = await open('locked', '/node/living-room/overview');
    await page.getByRole('region', { name: 'Node' }).getByRole('button', { name: 'Unlock' }).click();
    await page.getByLabel('Passphrase').fill('wrong');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('The passphrase does not open this key.').waitFor();
    await page.getByLabel('Passphrase').fill('correct horse');
    await page.keyboard.press('Enter');
    await page.getByText('Running · waiting for a task.').waitFor();
  });

  it.each([
    ['stopped', 'en', ['Stopped. The node takes no tasks.'], ['Start']],
    ['left', 'en', ['The node takes no tasks until it rejoins.', 'Nothing is staked.'], ['Rejoin', 'Stop']],
    ['left', 'zh-CN', ['不在网络中。重新加入之前节点不接任务。', '没有质押。'], ['重新加入', '停止']],
    ['leaving', 'en', ['Leaving the network · requesting the stake.', '420 CNX staked.'], ['Stop']],
    ['returning', 'en', ['the relay is returning the stake.', '420 CNX is being returned.'], ['Rejoin', 'Stop']],
    ['dropped', 'en', ['the network no longer lists this node and gave no reason.'], ['Rejoin', 'Stop']],
    ['held', 'en', ['the card or the engine is not ready.'], ['Pause', 'Stop']],
    ['relay-down', 'en', ['Cut off · the relay does not answer', 'since 4 min. ago'], ['Pause', 'Stop']],
    ['relay-down', 'zh-CN', ['连接中断 · 中继没有响应', '自 4分钟前起'], ['暂停', '停止']],
    ['chain-down', 'en', ['Running · waiting for a task.'], ['Pause', 'Stop']],
    ['slashed', 'en', ['Slashed. The network took the stake'], ['Rejoin', 'Stop']],
  ] as const)('says what a node is that is %s (%s), and offers what works', async (fixture, language, texts, controls) => {
    const page = await window.open({ fixture, screen: 'overview', language });
    const card = page.getByRole('region', { name: language === 'en' ? 'Node' : '节点', exact: true });
    for (const text of texts) await card.getByText(text).first().waitFor();
    const offered = await card.getByRole('button', { name: /^(?!Why|为什么)/ }).allInnerTexts();
    expect(offered.map((label) => label.trim())).toEqual(controls);
  });

  it.each(['stopped', 'failed'])('shows the records of a node that is %s, and its stake as the chain has it', async (fixture) => {
    const page = await open(fixture, '/node/living-room/overview');
    await page.getByText('CNX staked.').waitFor();
    await page.getByRole('region', { name: 'Earning', exact: true }).getByText('net, 7 days').waitFor();
    await page.getByRole('note').getByText('The node is not running. This comes from its records.').waitFor();
    await page.getByText('payments').first().waitFor();
    await navigate(page, '/node/living-room/tasks');
    await page.getByRole('row').nth(1).waitFor();
    await navigate(page, '/node/living-room/earnings');
    await page.getByRole('heading', { name: 'Where the money is' }).waitFor();
    await navigate(page, '/node/living-room/trust');
    await page.getByRole('list', { name: 'What happened, newest first' }).getByRole('listitem').first().waitFor();
    await navigate(page, '/node/living-room/wallet');
    await page.getByRole('heading', { name: 'Balances' }).waitFor();
    // Nothing is offered that only a running node can do, and nothing fails because of that.
    expect(await page.getByRole('alert').count()).toBe(0);
    expect(await page.getByText('not set').count()).toBe(0);
    expect(await page.getByRole('button', { name: 'Start the node' }).count()).toBe(1);
  });

  it('says since when the chain does not answer, and never that a stake stays that does not exist', async () => {
    const page = await open('chain-down', '/node/living-room/overview');
    await page.getByRole('listitem').filter({ hasText: 'The chain does not answer' }).waitFor();
    const stake = page.getByRole('region', { name: 'Stake', exact: true });
    await stake.getByText('Read 26 min. ago.').waitFor();
    expect(await stake.textContent()).toContain('420');
    const left = await open('left', '/node/living-room/overview');
    await left.getByText('Nothing is staked.').waitFor();
    expect(await left.getByText('does not touch the stake').count()).toBe(0);
  });

  it('says that the connection is lost and that nobody can tell what the node is doing, and comes back by itself', async () => {
    const page = await open('host-lost', '/node/living-room/overview');
    await page.getByText('The connection to the program was lost').waitFor();
    await page.getByText('Unknown · the program does not answer').waitFor();
    await page.evaluate('fixtureConnection.back()');
    await page.getByText('The connection to the program was lost').waitFor({ state: 'detached' });
    await page.getByText('Running · waiting for a task.').waitFor();
  });
});

describe('settings', () => {
  it('of notifications say what is sent through which channel and how a channel is doing, and test it', async () => {
    const page = await open('running', '/settings/notifications');
    await page.getByRole('checkbox', { name: 'A payment arrived: Desktop' }).check();
    expect(await page.getByRole('checkbox', { name: 'A node was slashed: Telegram' }).isDisabled()).toBe(true);
    const webhook = page.getByRole('region', { name: 'Webhook' });
    await webhook.getByText('2 messages wait').waitFor();
    await webhook.getByText(/HTTP 503 · it will be retried/).waitFor();
    await webhook.getByLabel('Webhook address').fill('https://hooks.example/planted');
    await webhook.getByRole('button', { name: 'Save' }).click();
    await webhook.getByText('Set; stored in the keychain.').waitFor();
    expect(await page.content()).not.toContain('planted');
    await webhook.getByRole('button', { name: 'Send a test' }).click();
    await webhook.getByText('Sent.').waitFor();
    await page.getByRole('switch', { name: 'Notify by Telegram' }).click();
    const telegram = page.getByRole('region', { name: 'Telegram' });
    await telegram.getByRole('textbox', { name: 'Chat' }).fill('me');
    await telegram.getByText('Enter a number, or a name that begins with @.').waitFor();
    await telegram.getByRole('button', { name: 'Send a test' }).click();
    await telegram.getByText('The address, token or chat for these notifications is missing').waitFor();
    await page.getByRole('switch', { name: 'Quiet hours' }).click();
    await page.getByLabel('From').fill('23:30');
    await page.getByRole('switch', { name: 'Send urgent messages anyway' }).waitFor();
    expect(await axeFindings(page)).toEqual([]);
  });

  it('change the look and the language at once', async () => {
    const page = await open('running', '/settings/appearance');
    await page.getByLabel('Theme').selectOption('dark');
    await page.locator('html[data-theme=dark]').waitFor();
    await page.getByLabel('Language').selectOption('zh-CN');
    await page.getByRole('heading', { name: '设置', level: 1 }).waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('zh-CN');
  });

  it('export a key only after a typed confirmation', async () => {
    const page = await open('running', '/settings/keys');
    await page.getByRole('button', { name: /^Export 0x/ }).click();
    const dialog = page.getByRole('alertdialog', { name: 'Export the key' });
    await dialog.getByLabel('New passphrase for the file').fill('12345678');
    await dialog.getByText('Too easy to guess.', { exact: false }).waitFor();
    await dialog.getByLabel('New passphrase for the file').fill('long enough');
    await dialog.getByLabel('Type a4B5 to confirm').fill('a4B5');
    // A typo would make the file useless, so it is typed twice.
    expect(await dialog.getByRole('button', { name: 'Export' }).isDisabled()).toBe(true);
    await dialog.getByLabel('Repeat the passphrase').fill('long enough');
    await dialog.getByLabel('Type a4B5 to confirm').fill('');
    expect(await dialog.getByRole('button', { name: 'Export' }).isDisabled()).toBe(true);
    await dialog.getByLabel('Type a4B5 to confirm').fill('a4B5');
    const download = page.waitForEvent('download');
    await dialog.getByRole('button', { name: 'Export' }).click();
    expect((await download).suggestedFilename()).toMatch(/\.json$/);
  });

  it('of a folder are chosen in the dialog of the program, never typed', async () => {
    const page = await open('running', '/settings/engines');
    await page
      .getByRole('region', { name: 'Look for an engine elsewhere' })
      .getByRole('button', { name: 'Choose a folder…' })
      .click();
    await page.getByText('/srv/crynux-worker', { exact: true }).waitFor();
    expect(await page.getByLabel('Folder', { exact: true }).getAttribute('readonly')).not.toBeNull();
    await navigate(page, '/settings/nodes');
    await page.getByRole('button', { name: 'Edit Living room' }).click();
    const dialog = page.getByRole('dialog', { name: 'Edit Living room' });
    const folder = dialog.getByLabel('Models folder', { exact: true });
    expect(await folder.getAttribute('readonly')).not.toBeNull();
    await dialog.getByRole('button', { name: 'Choose a folder…' }).click();
    await expect.poll(() => folder.inputValue()).toBe('/srv/crynux-worker');
    await dialog.getByRole('button', { name: 'No folder' }).click();
    expect(await folder.inputValue()).toBe('');
  });

  it('say when a damaged file was replaced by its copy, in both languages, until that is dismissed', async () => {
    const page = await open('restored', '/settings/appearance');
    const notices = page.getByRole('region', { name: 'Notes from the program’s start' });
    await notices.getByText('settings.json is damaged; its copy is used').waitFor();
    await page.getByLabel('Language').selectOption('zh-CN');
    const chinese = page.getByRole('region', { name: '程序启动时的提示' });
    await chinese.getByText('怎么办').waitFor();
    await chinese.getByRole('button', { name: '知道了' }).click();
    await chinese.waitFor({ state: 'detached' });
  });

  it('of a node are saved, and say that they apply at the next start', async () => {
    const page = await open('running', '/settings/nodes');
    await page.getByRole('button', { name: 'Edit Living room' }).click();
    const dialog = page.getByRole('dialog', { name: 'Edit Living room' });
    await dialog.getByLabel('Stake in CNX').fill('many');
    await dialog.getByText('Enter an amount in CNX, for example 400.').waitFor();
    // Each field says what is wrong with it, whatever is wrong with the others.
    await dialog.getByLabel('Keep for (days)').fill('0');
    await dialog.getByText('Enter a whole number of days, from 1 to 3,650.').waitFor();
    await dialog.getByLabel('Keep for (days)').fill('3');
    await dialog.getByText(/^This keeps less than before/).waitFor();
    await dialog.getByLabel('Keep at most (GiB of results)').fill('0,5');
    expect(await axeFindings(page)).toEqual([]);
    await dialog.getByLabel('Stake in CNX').fill('500');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Changes take effect at the next start').waitFor();
    await page.getByText('500 CNX').waitFor();
    await page.getByText('for 3 days, 0.5 GiB at most').waitFor();
  });
});

describe('the page', () => {
  it('never reported an error, and its policy blocked nothing', () => {
    expect(window.complaints).toEqual([]);
  });
});
