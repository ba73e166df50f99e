/** The window's frame, overview, first run and settings on made-up hosts, as a host with a keyboard meets them. */
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  axeFindings,
  contrastFindings,
  type FixtureWindow,
  openFixtureWindow,
  repeatedHeadings,
} from './support/fixture-window.ts';

let window: FixtureWindow;
beforeAll(async () => {
  window = await openFixtureWindow();
});
afterAll(() => window.close());

async function open(fixture: string, route: string, options: { dark?: boolean } = {}): Promise<Page> {
  const page = await window.open({ fixture, screen: 'overview', ...options });
  await go(page, route);
  return page;
}

async function go(page: Page, route: string): Promise<void> {
  await page.evaluate(`location.hash = ${JSON.stringify(route)}`);
  await page.getByRole('heading', { level: 1 }).waitFor();
}

async function hasFocus(locator: Locator): Promise<boolean> {
  return (await locator.and(locator.page().locator(':focus')).count()) > 0;
}

/** By how many pixels the page is wider than its window. */
const SIDEWAYS = `Math.max(...['html', 'main'].map((name) => {
  const element = document.querySelector(name);
  return element.scrollWidth - element.clientWidth;
}))`;

/** Controls of which a part lies where no scrolling brings it into view, by name. */
const CUT_OFF = `[...document.querySelectorAll('button, a[href], input, select, textarea, [role=separator]')].filter((control) => {
  const box = control.getBoundingClientRect();
  // What is not drawn, and what is only for those who hear the page.
  if (box.width <= 1 || box.height <= 1 || !control.checkVisibility()) return false;
  let [x, y] = [true, true];
  for (let around = control.parentElement; around !== null && (x || y); around = around.parentElement) {
    const { overflowX, overflowY } = getComputedStyle(around);
    const place = around === document.documentElement ? new DOMRect(0, 0, innerWidth, innerHeight) : around.getBoundingClientRect();
    const clips = (overflow) => overflow !== 'visible' || around === document.documentElement;
    const scrolls = (overflow) => overflow === 'auto' || overflow === 'scroll';
    if (x && scrolls(overflowX)) x = false;
    if (y && scrolls(overflowY)) y = false;
    if (x && clips(overflowX) && (box.left < place.left - 1 || box.right > place.right + 1)) return true;
    if (y && clips(overflowY) && (box.top < place.top - 1 || box.bottom > place.bottom + 1)) return true;
  }
  return false;
}).map((control) => (control.ariaLabel || control.textContent || control.id || control.tagName).trim())`;

/** Presses Tab until the element of this role and name has the focus. */
async function tabTo(page: Page, role: Parameters<Page['getByRole']>[0], name: string): Promise<void> {
  const wanted = page.getByRole(role, { name, exact: true });
  await wanted.first().waitFor();
  for (let presses = 0; presses < 60; presses += 1) {
    await page.keyboard.press('Tab');
    if (await hasFocus(wanted.first())) return;
  }
  throw new Error(`${role} “${name}” cannot be reached by the keyboard`);
}

async function pressOn(page: Page, role: Parameters<Page['getByRole']>[0], name: string, key = 'Enter'): Promise<void> {
  await tabTo(page, role, name);
  await page.keyboard.press(key);
}

describe('accessibility', () => {
  it('has nothing to find on any of its screens, light or dark', async () => {
    const found: Record<string, string[]> = {};
    const look = async (page: Page, name: string) => {
      const findings = [...(await axeFindings(page)), ...(await repeatedHeadings(page))];
      if (findings.length > 0) found[name] = findings;
    };
    const page = await open('executing', '/node/living-room/overview');
    await page.getByRole('heading', { name: 'Current task' }).waitFor();
    await look(page, 'overview');
    await go(page, '/settings/nodes');
    await look(page, 'settings nodes');
    await go(page, '/settings/appearance');
    await page.getByLabel('Light or dark').selectOption('dark');
    await page.locator('html[data-theme=dark]').waitFor();
    await look(page, 'settings appearance, dark');
    await go(page, '/node/living-room/overview');
    await page.getByRole('heading', { name: 'Current task' }).waitFor();
    found['overview, dark'] = await contrastFindings(page);
    await go(page, '/first-run/gpu');
    await page.getByText('Engine of this program').waitFor();
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

  it('would be found wanting with an image that says nothing and a text that cannot be read', async () => {
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

  it('goes anywhere from the keyboard, tells its keys, and draws stronger lines for who asks for contrast', async () => {
    const page = await open('two-nodes', '/node/living-room/overview');
    await page.keyboard.press('ControlOrMeta+k');
    await page.getByRole('combobox', { name: 'Screen, node or setting' }).and(page.locator(':focus')).waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await page.keyboard.type('settings notif');
    await page.getByRole('option', { selected: true }).getByText('Settings: Notifications').waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'What is told' }).waitFor();
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

  it('fits the smallest window without scrolling sideways', async () => {
    const page = await open('executing', '/node/living-room/overview');
    await page.setViewportSize({ width: 900, height: 600 });
    const wide: string[] = [];
    const routes = ['nodes', 'networks', 'engines', 'keys', 'updates'].map((section) => `/settings/${section}`);
    for (const route of ['/node/living-room/overview', ...routes, '/first-run/network', '/first-run/stake']) {
      await go(page, route);
      const excess = await page.evaluate<number>(SIDEWAYS);
      if (excess > 0) wide.push(`${route}: ${excess}`);
    }
    expect(wide).toEqual([]);
  });
});

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

async function boxOf(locator: Locator): Promise<Box> {
  const box = await locator.boundingBox();
  if (box === null) throw new Error('what is measured is not in the page');
  return box;
}

function overlap(a: Box, b: Box): boolean {
  const shared = (from: 'x' | 'y', size: 'width' | 'height') =>
    Math.min(a[from] + a[size], b[from] + b[size]) - Math.max(a[from], b[from]);
  return shared('x', 'width') > 0 && shared('y', 'height') > 0;
}

/** What a zoom of 200 % is: half the room, twice the dots. */
async function zoomed(page: Page, look: () => Promise<void>): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const metrics = (width: number, height: number, deviceScaleFactor: number) =>
    session.send('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor, mobile: false });
  try {
    await metrics(640, 400, 2);
    await look();
  } finally {
    await metrics(1280, 800, 1);
    await session.detach();
  }
}

describe('at 200 %', () => {
  it('no screen scrolls sideways, and no control is cut off', async () => {
    const found: Record<string, unknown> = {};
    const page = await open('executing', '/node/living-room/overview');
    await zoomed(page, async () => {
      expect(await page.evaluate('[innerWidth, innerHeight, devicePixelRatio]')).toEqual([640, 400, 2]);
      const screens = ['overview', 'tasks', 'earnings', 'trust', 'gpus', 'models', 'wallet', 'logs'];
      const sections = ['nodes', 'networks', 'engines', 'keys', 'notifications', 'program', 'updates', 'appearance'];
      const routes = [
        ...screens.map((screen) => `/node/living-room/${screen}`),
        ...sections.map((section) => `/settings/${section}`),
        ...['key', 'network', 'gpu', 'checks', 'stake'].map((step) => `/first-run/${step}`),
      ];
      for (const route of routes) {
        await go(page, route);
        await page.locator('main').getByText('Loading…', { exact: true }).first().waitFor({ state: 'detached' });
        // Drawn with what its screen has read.
        await page.evaluate('new Promise((then) => requestAnimationFrame(() => requestAnimationFrame(then)))');
        const [excess, cutOff] = [await page.evaluate<number>(SIDEWAYS), await page.evaluate<string[]>(CUT_OFF)];
        if (excess > 0 || cutOff.length > 0) found[route] = { excess, cutOff };
      }
    });
    expect(found).toEqual({});
  });

  it('the list of tasks scrolls in itself to its last column', async () => {
    const page = await open('running', '/node/living-room/tasks');
    await zoomed(page, async () => {
      const grid = page.getByRole('grid');
      const cell = grid.locator('tbody tr').first().getByText('CNX');
      await cell.waitFor();
      await page.evaluate(`document.querySelector('[role=grid]').parentElement.scrollTo(9999, 0)`);
      const [list, money] = [await boxOf(grid.locator('..')), await boxOf(cell)];
      expect(money.x + money.width).toBeLessThanOrEqual(list.x + list.width);
      expect((await boxOf(grid.locator('tbody tr').first())).width).toBeGreaterThan(list.width);
    });
  });

  it('messages stand one beside or above the other, and lie on nothing', async () => {
    const page = await open('running', '/node/living-room/overview');
    await page.getByRole('button', { name: 'Pause' }).click();
    await go(page, '/node/living-room/earnings');
    const save = page.getByRole('button', { name: 'Export as CSV' });
    const messages = page.getByRole('region', { name: 'Messages' });
    const dismiss = messages.getByRole('button', { name: 'Dismiss' });
    for (const count of [2, 3]) {
      await save.click();
      await dismiss.nth(count - 1).waitFor();
    }
    await zoomed(page, async () => {
      const boxes = await Promise.all((await dismiss.locator('..').all()).map(async (each) => boxOf(each)));
      expect(boxes).toHaveLength(3);
      const overlaps = boxes.flatMap((one, index) => boxes.slice(index + 1).filter((other) => overlap(one, other)));
      expect(overlaps).toEqual([]);
      const [screen, strip] = [await boxOf(page.locator('main')), await boxOf(messages)];
      expect(overlap(screen, strip)).toBe(false);
      // Still room to read and to click in.
      expect(screen.height).toBeGreaterThan(160);
      await save.click();
      expect(await page.evaluate<string[]>(CUT_OFF)).toEqual([]);
    });
  });
});

describe('first run', () => {
  it('leads to a node by the keyboard alone, and proves the backup on the way', async () => {
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
    await page.getByRole('alert').getByText('The words given back are not those of the recovery phrase.').waitFor();
    await tabTo(page, 'textbox', 'Word 7');
    await page.keyboard.press('ControlOrMeta+A');
    await page.keyboard.type(word(7));
    await page.keyboard.press('Enter');
    await page.getByText('backed up', { exact: true }).waitFor();
    await pressOn(page, 'button', 'Next');
    await tabTo(page, 'radio', 'Devnet on this machine');
    await page.keyboard.press('Space');
    await pressOn(page, 'button', 'Next');
    await pressOn(page, 'radio', 'Engine of this program 0.1.0', 'Space');
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

  it('is never a dead end: every step says what is open, and where', async () => {
    const page = await open('first-run', '/first-run/stake');
    expect(await page.getByRole('button', { name: 'Create and start' }).isDisabled()).toBe(true);
    await page.getByRole('region', { name: 'Fund & stake' }).getByRole('link', { name: 'Network' }).click();
    await page.getByRole('heading', { name: 'The network' }).waitFor();
  });

  it('on a public network without card and worker says where to get them, goes on with the rest, and keeps what was chosen', async () => {
    const page = await open('first-run-public', '/first-run');
    await page.getByText('You have been here before').waitFor();
    const worker = page.getByRole('region', { name: 'The network’s own worker is needed' });
    await worker.getByText('ghcr.io/crynux-network/crynux-node').waitFor();
    await worker.getByText('no program was found in this folder').or(worker.getByText('/opt/old-worker')).first().waitFor();
    await page.getByText('Without one, this machine cannot join Crynux on Base').waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await worker.getByRole('button', { name: 'Read the newest release' }).click();
    await worker.getByRole('button', { name: 'Fetch and check' }).click();
    await worker.getByRole('progressbar', { name: /^Fetching: .* of .*, .*\/s$/ }).waitFor();
    await worker.getByRole('button', { name: 'Cancel' }).click();
    await worker.getByText('Stopped. What has arrived is kept').waitFor();
    await go(page, '/first-run/checks');
    await page.getByText('Network, chain, money and key are checked already.').waitFor();
    await page
      .getByText('Chain endpoint')
      .or(page.getByText('Relay', { exact: true }))
      .first()
      .waitFor();
    await go(page, '/first-run/stake');
    const funding = page.getByRole('region', { name: 'Send the coins here' });
    await funding.getByText('100000.00084 CNX').waitFor();
    await funding.getByRole('img', { name: 'Address of the node as a QR code' }).waitFor();
    await funding.getByText('still missing').waitFor();
    expect(await axeFindings(page)).toEqual([]);
    const steps = page.getByRole('navigation', { name: 'Steps' });
    await steps.getByRole('link', { name: 'Fund & stake (open)' }).waitFor();
    const stake = page.getByRole('textbox', { name: 'Stake in CNX' });
    await stake.fill('100001');
    await funding.getByText('100001.00084 CNX').waitFor();
    await stake.fill('100002');
    // Now all of it is there.
    await funding.getByText('100002.00084 CNX').waitFor();
    await funding.getByText('still missing').waitFor({ state: 'detached' });
    await page.getByText('Your choices are kept, also when you close the program.').waitFor();
    await page.getByRole('textbox', { name: 'Name of the node' }).fill('Cellar');
    await steps.getByRole('link', { name: 'Card (open)' }).click();
    await worker.waitFor();
    await go(page, '/settings/nodes');
    await go(page, '/first-run/stake');
    await page.getByRole('textbox', { name: 'Name of the node' }).and(page.locator('[value=Cellar]')).waitFor();
    expect(await stake.inputValue()).toBe('100002');
  });

  it('needs one click with the network on this machine', async () => {
    const page = await open('first-run', '/');
    await page.getByRole('button', { name: 'Try it on this machine' }).click();
    await page.getByText('Running · waiting for a task.').waitFor();
  });
});

describe('overview', () => {
  it('pauses and resumes, each with a message that can be dismissed', async () => {
    const page = await open('running', '/node/living-room/overview');
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByText('Paused. The node takes no tasks until you resume.').waitFor();
    const messages = page.getByRole('region', { name: 'Messages' });
    await messages.getByText('Living room takes no more tasks').waitFor();
    await messages.getByRole('button', { name: 'Dismiss' }).click();
    expect(await messages.getByText('Living room').count()).toBe(0);
    await page.getByRole('button', { name: 'Resume' }).click();
    await page.getByText('Running · waiting for a task.').waitFor();
  });

  it('says why no tasks come one click from idle, and gives the focus back', async () => {
    const page = await open('running', '/node/living-room/overview');
    const why = page.getByRole('region', { name: 'Node' }).getByRole('button', { name: 'Why no tasks?' });
    await why.click();
    await page.getByRole('dialog').getByText('Tasks are waiting').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await hasFocus(why)).toBe(true);
  });

  it('puts what costs most first', async () => {
    const page = await open('slashed', '/node/living-room/overview');
    await page.getByText('The stake was taken').waitFor();
    const items = page.getByRole('region', { name: 'Needs your attention' }).getByRole('listitem');
    expect(await items.first().textContent()).toContain('The stake was taken');
    await page.getByRole('button', { name: 'Join again' }).click();
    await page.getByRole('alertdialog', { name: 'Join the network again?' }).waitFor();
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
    ['left', 'en', ['The node takes no tasks until it joins again.', 'Nothing is staked.'], ['Join again', 'Stop']],
    ['left', 'zh-CN', ['不在网络中。重新加入之前节点不接任务。', '没有质押。'], ['重新加入', '停止']],
    ['leaving', 'en', ['Leaving the network · asking for the stake back.', '405 CNX staked.'], ['Stop']],
    ['returning', 'en', ['the relay is returning the stake.', '405 CNX is on its way back.'], ['Join again', 'Stop']],
    ['dropped', 'en', ['it no longer lists this node and gave no reason.'], ['Join again', 'Stop']],
    ['held', 'en', ['the card or the engine is not ready.'], ['Pause', 'Stop']],
    ['relay-down', 'en', ['Cut off · the relay does not answer', 'since 4 min. ago'], ['Pause', 'Stop']],
    ['relay-down', 'zh-CN', ['连接中断 · 中继没有响应', '自 4分钟前起'], ['暂停', '停止']],
    ['chain-down', 'en', ['Running · waiting for a task.'], ['Pause', 'Stop']],
    ['slashed', 'en', ['Slashed. The network took the stake'], ['Join again', 'Stop']],
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
    await page.getByRole('note').getByText('The node is not running. This is from its records.').waitFor();
    await page.getByText('payments').first().waitFor();
    await go(page, '/node/living-room/tasks');
    await page.getByRole('row').nth(1).waitFor();
    await go(page, '/node/living-room/earnings');
    await page.getByRole('heading', { name: 'Where the money is' }).waitFor();
    await go(page, '/node/living-room/trust');
    await page.getByRole('list', { name: 'What happened, newest first' }).getByRole('listitem').first().waitFor();
    await go(page, '/node/living-room/wallet');
    await page.getByRole('heading', { name: 'Balances' }).waitFor();
    // Nothing is offered that only a running node can do, and nothing fails for want of it.
    expect(await page.getByRole('alert').count()).toBe(0);
    expect(await page.getByText('not set').count()).toBe(0);
    expect(await page.getByRole('button', { name: 'Start the node' }).count()).toBe(1);
  });

  it('says since when the chain does not answer, and never that a stake stays that is not there', async () => {
    const page = await open('chain-down', '/node/living-room/overview');
    await page.getByRole('listitem').filter({ hasText: 'The chain does not answer' }).waitFor();
    const stake = page.getByRole('region', { name: 'Stake', exact: true });
    await stake.getByText('Read 26 min. ago.').waitFor();
    expect(await stake.textContent()).toContain('405');
    const left = await open('left', '/node/living-room/overview');
    await left.getByText('Nothing is staked.').waitFor();
    expect(await left.getByText('leaves the stake where it is').count()).toBe(0);
  });

  it('says that the connection is gone, that nobody can tell then what the node does, and comes back by itself', async () => {
    const page = await open('host-lost', '/node/living-room/overview');
    await page.getByText('The connection to the program is lost').waitFor();
    await page.getByText('Unknown · the program does not answer').waitFor();
    await page.evaluate('fixtureConnection.back()');
    await page.getByText('The connection to the program is lost').waitFor({ state: 'detached' });
    await page.getByText('Running · waiting for a task.').waitFor();
  });
});

describe('settings', () => {
  it('of notifications say what is told by which way, how a way does, and test it', async () => {
    const page = await open('running', '/settings/notifications');
    await page.getByRole('checkbox', { name: 'A payment arrived: Desktop' }).check();
    expect(await page.getByRole('checkbox', { name: 'A node was slashed: Telegram' }).isDisabled()).toBe(true);
    const webhook = page.getByRole('region', { name: 'Webhook' });
    await webhook.getByText('2 messages wait').waitFor();
    await webhook.getByText(/HTTP 503 · it is tried again/).waitFor();
    await webhook.getByLabel('Address of the webhook').fill('https://hooks.example/planted');
    await webhook.getByRole('button', { name: 'Save' }).click();
    await webhook.getByText('Set; it is kept in the keychain.').waitFor();
    expect(await page.content()).not.toContain('planted');
    await webhook.getByRole('button', { name: 'Send a test' }).click();
    await webhook.getByText('It was sent.').waitFor();
    await page.getByRole('switch', { name: 'Tell by Telegram' }).click();
    const telegram = page.getByRole('region', { name: 'Telegram' });
    await telegram.getByRole('textbox', { name: 'Chat' }).fill('me');
    await telegram.getByText('A number, or a name that begins with @.').waitFor();
    await telegram.getByRole('button', { name: 'Send a test' }).click();
    await telegram.getByText('This way of notification lacks its address').waitFor();
    await page.getByRole('switch', { name: 'Quiet hours' }).click();
    await page.getByLabel('From').fill('23:30');
    await page.getByRole('switch', { name: 'Tell urgent things anyway' }).waitFor();
    expect(await axeFindings(page)).toEqual([]);
  });

  it('change the look and the language at once', async () => {
    const page = await open('running', '/settings/appearance');
    await page.getByLabel('Light or dark').selectOption('dark');
    await page.locator('html[data-theme=dark]').waitFor();
    await page.getByLabel('Language').selectOption('zh-CN');
    await page.getByRole('heading', { name: '设置', level: 1 }).waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('zh-CN');
  });

  it('export a key only behind its typed confirmation', async () => {
    const page = await open('running', '/settings/keys');
    await page.getByRole('button', { name: /^Export 0x/ }).click();
    const dialog = page.getByRole('alertdialog', { name: 'Export the key' });
    await dialog.getByLabel('New passphrase for the file').fill('12345678');
    await dialog.getByText('Too easy to guess.', { exact: false }).waitFor();
    await dialog.getByLabel('New passphrase for the file').fill('long enough');
    await dialog.getByLabel('Type a4B5 to confirm').fill('a4B5');
    // A typing error would lose the file: it is typed twice.
    expect(await dialog.getByRole('button', { name: 'Export' }).isDisabled()).toBe(true);
    await dialog.getByLabel('The same passphrase again').fill('long enough');
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
    await go(page, '/settings/nodes');
    await page.getByRole('button', { name: 'Edit Living room' }).click();
    const dialog = page.getByRole('dialog', { name: 'Edit Living room' });
    const folder = dialog.getByLabel('Models folder', { exact: true });
    expect(await folder.getAttribute('readonly')).not.toBeNull();
    await dialog.getByRole('button', { name: 'Choose a folder…' }).click();
    await expect.poll(() => folder.inputValue()).toBe('/srv/crynux-worker');
    await dialog.getByRole('button', { name: 'No folder' }).click();
    expect(await folder.inputValue()).toBe('');
  });

  it('say when the backup of a damaged file was used, in both languages, until that is dismissed', async () => {
    const page = await open('restored', '/settings/appearance');
    const notices = page.getByRole('region', { name: 'When the program started' });
    await notices.getByText('settings.json is damaged; its copy is used').waitFor();
    await page.getByLabel('Language').selectOption('zh-CN');
    const chinese = page.getByRole('region', { name: '程序启动时的提示' });
    await chinese.getByText('怎么办').waitFor();
    await chinese.getByRole('button', { name: '知道了' }).click();
    await chinese.waitFor({ state: 'detached' });
  });

  it('of a node are saved, and say that they wait for the next start', async () => {
    const page = await open('running', '/settings/nodes');
    await page.getByRole('button', { name: 'Edit Living room' }).click();
    const dialog = page.getByRole('dialog', { name: 'Edit Living room' });
    await dialog.getByLabel('Stake in CNX').fill('many');
    await dialog.getByText('Type an amount in CNX, for example 400.').waitFor();
    // Each field says what is wrong with it, whatever is wrong with the others.
    await dialog.getByLabel('Keep for (days)').fill('0');
    await dialog.getByText('Type a whole number of days, from 1 to 3,650.').waitFor();
    await dialog.getByLabel('Keep for (days)').fill('3');
    await dialog.getByText(/^This keeps less than before/).waitFor();
    await dialog.getByLabel('Keep at most (GiB of results)').fill('0,5');
    expect(await axeFindings(page)).toEqual([]);
    await dialog.getByLabel('Stake in CNX').fill('500');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Changes wait for the next start').waitFor();
    await page.getByText('500 CNX').waitFor();
    await page.getByText('for 3 days, 0.5 GiB at most').waitFor();
  });
});

describe('the page', () => {
  it('never complained, nor did its policy refuse anything', () => {
    expect(window.complaints).toEqual([]);
  });
});
