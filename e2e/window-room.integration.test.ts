/** The window with little space: its smallest size, and a zoom of 200 %. */
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FixtureWindow, openFixtureWindow } from './support/fixture-window.ts';
import { navigate } from './support/window-keys.ts';

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

/** By how many pixels the page is wider than its window. */
const SIDEWAYS = `Math.max(...['html', 'main'].map((name) => {
  const element = document.querySelector(name);
  return element.scrollWidth - element.clientWidth;
}))`;

/** Names of controls that are partly out of view and cannot be scrolled into view. */
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

/** A zoom of 200 %: half the space, twice the pixels. */
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

describe('the smallest window', () => {
  it('fits without scrolling sideways', async () => {
    const page = await open('executing', '/node/living-room/overview');
    await page.setViewportSize({ width: 900, height: 600 });
    const wide: string[] = [];
    const routes = ['nodes', 'networks', 'engines', 'keys', 'updates'].map((section) => `/settings/${section}`);
    for (const route of ['/node/living-room/overview', ...routes, '/first-run/network', '/first-run/stake']) {
      await navigate(page, route);
      const excess = await page.evaluate<number>(SIDEWAYS);
      if (excess > 0) wide.push(`${route}: ${excess}`);
    }
    expect(wide).toEqual([]);
  });
});

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
        await navigate(page, route);
        await page.locator('main').getByText('Loading…', { exact: true }).first().waitFor({ state: 'detached' });
        // Rendered with the data that its screen has read.
        await page.evaluate('new Promise((then) => requestAnimationFrame(() => requestAnimationFrame(then)))');
        const [excess, cutOff] = [await page.evaluate<number>(SIDEWAYS), await page.evaluate<string[]>(CUT_OFF)];
        if (excess > 0 || cutOff.length > 0) found[route] = { excess, cutOff };
      }
    });
    expect(found).toEqual({});
  });

  it('the list of tasks scrolls within itself to its last column', async () => {
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

  it('messages are next to or above each other, and cover nothing', async () => {
    const page = await open('running', '/node/living-room/overview');
    await page.getByRole('button', { name: 'Pause' }).click();
    await navigate(page, '/node/living-room/earnings');
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
      // There is still room for reading and clicking.
      expect(screen.height).toBeGreaterThan(160);
      await save.click();
      expect(await page.evaluate<string[]>(CUT_OFF)).toEqual([]);
    });
  });
});

describe('the page', () => {
  it('never reported an error, and its policy blocked nothing', () => {
    expect(window.complaints).toEqual([]);
  });
});
