/** Tasks, Trust and Logs in a real browser, with a made-up host. */
import type { Locator, Page, Request } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { axeFindings, type FixtureWindow, openFixtureWindow } from './support/fixture-window.ts';

let window: FixtureWindow;
beforeAll(async () => {
  window = await openFixtureWindow();
});
afterAll(async () => {
  await window.close();
  expect(window.complaints).toEqual([]);
});

/** What the fixture puts on its page (renderer/testing/fixtures). */
interface Controls {
  readonly fixtureTasks: {
    add(): string;
    change(part: { status: string }, commitment?: string): void;
    readonly asked: readonly { readonly offset: number; readonly limit: number }[];
  };
  readonly fixtureLogs: { add(message: string): void; holdBundle(held: boolean): void };
}

/** The members of an element used by functions that run in the page; the tests themselves have no DOM types. */
interface InPage {
  readonly scrollHeight: number;
  readonly scrollTop: number;
  readonly clientHeight: number;
  scrollTo(x: number, y: number): void;
  matches(selector: string): boolean;
}

/** Runs in the page: the smallest number of rows that the list has had since. */
const WATCH_ROWS = `
  const rows = () => document.querySelectorAll('[role=grid] tbody tr').length;
  globalThis.fewestRows = rows();
  new MutationObserver(() => { fewestRows = Math.min(fewestRows, rows()); }).observe(document.body, { childList: true, subtree: true });`;

const grid = (page: Page) => page.getByRole('grid', { name: 'Tasks, newest first' });
const rowAt = (page: Page, index: number) => grid(page).locator(`tr[aria-rowindex="${index + 2}"]`);
const openTask = (page: Page) => page.getByRole('dialog');
/** Generous, because a busy machine is slow and what is awaited always comes. */
const eventually = <Value>(read: () => Promise<Value>) => expect.poll(read);
const hasFocus = (locator: Locator) => locator.evaluate((element) => (element as unknown as InPage).matches(':focus'));

async function commitmentAt(page: Page, index: number): Promise<string> {
  return (await rowAt(page, index).getAttribute('data-task')) ?? '';
}

describe('the list of tasks', () => {
  it('keeps its filter in the address and across a reload', async () => {
    const page = await window.open({ fixture: 'running', screen: 'tasks' });
    await page.getByText('1,204 tasks').waitFor();
    // Creating new rows for each filter would be slow, so existing rows get the texts of those that match.
    const made = await rowAt(page, 0).elementHandle();
    await page.getByRole('button', { name: 'State: All states' }).click();
    await page.getByRole('checkbox', { name: 'Invalidated' }).check();
    await page.getByText('40 tasks').waitFor();
    expect(await rowAt(page, 0).evaluate((row, before) => row === before, made)).toBe(true);
    expect(page.url()).toContain('state=EndInvalidated');
    await page.reload();
    await page.getByText('40 tasks').waitFor();
    await rowAt(page, 0).getByText('Invalidated').waitFor();
    expect(await grid(page).getByText('Success').count()).toBe(0);
    await page.getByRole('searchbox', { name: 'Search' }).fill('nothing has this');
    await page.getByText('No task matches the filter').waitFor();
    await page.getByRole('button', { name: 'Clear the filter' }).last().click();
    await page.getByText('1,204 tasks').waitFor();
  });

  it('reads one short page of 100,000 tasks for the first screen and renders what is in view, with code that is already loaded', async () => {
    // The tab has it from an earlier address; what matters is that nothing remains to be fetched.
    const page = await window.open({ fixture: 'many-tasks', screen: 'overview' });
    // What the overview itself is still fetching does not count either.
    const code = ['tasks-screen', 'overview-daily-bars', 'overview-load-chart', 'BarChart', 'LineChart'];
    await eventually(() =>
      page
        .evaluate("performance.getEntriesByType('resource').map(({ name }) => name)")
        .then((names) => code.every((part) => (names as string[]).some((name) => name.includes(`/${part}-`)))),
    ).toBe(true);
    const fetched: string[] = [];
    const note = (request: Request) => void fetched.push(request.url());
    page.on('request', note);
    await page.getByRole('link', { name: 'Tasks' }).click();
    await rowAt(page, 0).waitFor();
    page.off('request', note);
    expect(fetched).toEqual([]);
    expect(await page.evaluate(() => (globalThis as unknown as Controls).fixtureTasks.asked)).toEqual([{ offset: 0, limit: 50 }]);
    expect(await grid(page).locator('tbody tr').count()).toBeLessThan(30);
  });

  it('keeps its rows until those that match a filter are there; typed text is searched for at once', async () => {
    const page = await window.open({ fixture: 'running', screen: 'tasks' });
    await rowAt(page, 0).waitFor();
    // Observed from inside: the list has rows in every render.
    await page.evaluate(WATCH_ROWS);
    await page.getByRole('searchbox', { name: 'Search' }).pressSequentially('timeout');
    await page.getByText('80 tasks').waitFor();
    expect(await page.evaluate('fewestRows')).toBeGreaterThan(0);
    const asked = await page.evaluate(() => (globalThis as unknown as Controls).fixtureTasks.asked);
    // At once: the first letter did not wait for the others.
    expect(asked.length).toBeGreaterThan(2);
  });

  it('reaches every one of 100,000 rows with keys and wheel, and only those in view are in the page', async () => {
    const page = await window.open({ fixture: 'many-tasks', screen: 'tasks' });
    await rowAt(page, 0).waitFor();
    await grid(page).focus();
    await page.keyboard.press('End');
    await eventually(() => rowAt(page, 99_999).locator('td').count()).toBe(7);
    await page.keyboard.press('ArrowUp');
    await eventually(() => rowAt(page, 99_998).getAttribute('aria-selected')).toBe('true');
    for (const far of [0.75, 0.5, 0.25]) {
      await grid(page)
        .locator('..')
        .evaluate(
          (element, part) => (element as unknown as InPage).scrollTo(0, (element as unknown as InPage).scrollHeight * part),
          far,
        );
      await eventually(() =>
        rowAt(page, 100_000 * far + 5)
          .locator('td')
          .count(),
      ).toBe(7);
    }
    expect(await grid(page).locator('tbody tr').count()).toBeLessThan(100);
    await page.keyboard.press('Home');
    await eventually(() => rowAt(page, 0).getAttribute('aria-selected')).toBe('true');
  });

  it('opens a task with Enter, closes it with Escape, and returns the focus', async () => {
    const page = await window.open({ fixture: 'running', screen: 'tasks' });
    await rowAt(page, 0).waitFor();
    // Behind an open dialog nothing can be found by its role.
    const commitment = await commitmentAt(page, 2);
    await grid(page).focus();
    for (const key of ['ArrowDown', 'ArrowDown', 'ArrowDown', 'Enter']) await page.keyboard.press(key);
    await openTask(page).getByText(commitment.slice(0, 8)).waitFor();
    await openTask(page).getByRole('list', { name: 'Steps' }).getByText('Score ready').waitFor();
    await openTask(page)
      .getByRole('img', { name: /task states/ })
      .waitFor();
    expect(page.url()).toContain(`task=${commitment}`);
    await page.keyboard.press('Escape');
    await openTask(page).waitFor({ state: 'detached' });
    expect(await hasFocus(grid(page))).toBe(true);
    expect(await rowAt(page, 2).getAttribute('aria-selected')).toBe('true');
  });

  it('changes a row in place; new tasks wait while one is reading further down', async () => {
    const page = await window.open({ fixture: 'running', screen: 'tasks' });
    await rowAt(page, 0).waitFor();
    await page.evaluate(() => (globalThis as unknown as Controls).fixtureTasks.add());
    // At the top it is visible at once.
    await page.getByText('1,205 tasks').waitFor();
    await rowAt(page, 0).getByText('Started').waitFor();

    const scroller = grid(page).locator('..');
    await scroller.evaluate((element) => (element as unknown as InPage).scrollTo(0, 4_000));
    await rowAt(page, 104).waitFor();
    const [commitment, place] = [await commitmentAt(page, 104), await rowAt(page, 104).boundingBox()];
    await page.evaluate(
      (id) => (globalThis as unknown as Controls).fixtureTasks.change({ status: 'EndInvalidated' }, id),
      commitment,
    );
    await page.evaluate(() => (globalThis as unknown as Controls).fixtureTasks.add());
    await rowAt(page, 104).getByText('Invalidated').waitFor();
    const more = page.getByRole('button', { name: '1 new task' });
    await more.waitFor();
    expect([await commitmentAt(page, 104), await rowAt(page, 104).boundingBox()]).toEqual([commitment, place]);
    await more.click();
    await page.getByText('1,206 tasks').waitFor();
    await rowAt(page, 0).getByText('Started').waitFor();
  });

  it("shows a task's images side by side, and the keyboard opens each in full and returns", async () => {
    const page = await window.open({ fixture: 'running', screen: 'tasks', dark: true });
    const drawer = openTask(page).filter({ hasText: 'Path through the network' });
    await rowAt(page, 4).click();
    await drawer.getByRole('img', { name: 'Image 3 of the result' }).waitFor();
    await drawer.getByText('Too large to show here (9.0 MiB).').waitFor();
    const second = drawer.getByRole('button', { name: 'Show image 2 full size' });
    await second.focus();
    await page.keyboard.press('Enter');
    const whole = (number: number) => page.getByRole('dialog', { name: `Image ${number} of 4` });
    await whole(2).getByRole('img').waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await page.keyboard.press('ArrowRight');
    await whole(3).getByRole('img').waitFor();
    await page.keyboard.press('Escape');
    await whole(3).waitFor({ state: 'detached' });
    expect(await hasFocus(second)).toBe(true);
    expect(await axeFindings(page)).toEqual([]);
  });

  it('says of a removed result when it was removed and by which setting', async () => {
    const page = await window.open({ fixture: 'running', screen: 'tasks' });
    await rowAt(page, 0).waitFor();
    // Faster than the last rows can be read.
    await grid(page).evaluate(async (element) => {
      const { KeyboardEvent } = globalThis as unknown as { KeyboardEvent: new (type: string, init: object) => Event };
      for (const key of ['End', 'Enter']) {
        (element as unknown as EventTarget).dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
        await Promise.resolve();
      }
    });
    await openTask(page)
      .getByText(/^Removed .*: this node kept results for 7 days\./)
      .waitFor();
    expect(await openTask(page).getByRole('link', { name: 'Change how long results are kept' }).getAttribute('href')).toContain(
      '/settings/nodes',
    );
    expect(await axeFindings(page)).toEqual([]);
  });

  it('keeps its column widths, set by keyboard and by pointer', async () => {
    const page = await window.open({ fixture: 'running', screen: 'tasks' });
    const edge = (name: string) => page.getByRole('separator', { name: `Width of ${name}` });
    const widthOf = async (column: number) => (await rowAt(page, 0).locator('td').nth(column).boundingBox())?.width;
    await rowAt(page, 0).waitFor();
    const [time, state] = [await widthOf(0), await widthOf(3)];
    await edge('Time').focus();
    for (const key of ['ArrowRight', 'ArrowRight', 'ArrowLeft']) await page.keyboard.press(key);
    await eventually(() => widthOf(0)).toBe((time ?? 0) + 8);
    const box = await edge('State').boundingBox();
    await page.mouse.move((box?.x ?? 0) + 4, (box?.y ?? 0) + 4);
    await page.mouse.down();
    await page.mouse.move((box?.x ?? 0) - 36, (box?.y ?? 0) + 4);
    await page.mouse.up();
    await eventually(() => widthOf(3)).toBe((state ?? 0) + 40);
    expect(await axeFindings(page)).toEqual([]);
    // Another screen and back: they come from the settings.
    await page.getByRole('link', { name: 'Logs' }).click();
    await page.getByRole('heading', { name: 'Logs', level: 1 }).waitFor();
    await page.getByRole('link', { name: 'Tasks' }).click();
    await eventually(() => widthOf(3)).toBe((state ?? 0) + 40);
    await edge('State').focus();
    await page.keyboard.press('Delete');
    await eventually(() => widthOf(3)).toBe(state);
  });

  it('an open task shows its progress', async () => {
    const page = await window.open({ fixture: 'executing', screen: 'tasks' });
    await rowAt(page, 0).click();
    await openTask(page).getByText('Parameters uploaded').first().waitFor();
    await page.evaluate(() => (globalThis as unknown as Controls).fixtureTasks.change({ status: 'ScoreReady' }));
    await openTask(page)
      .getByRole('img', { name: /this task is in “Score ready”/ })
      .waitFor();
  });
});

it('a case is opened from the timeline and saved as a bundle', async () => {
  const page = await window.open({ fixture: 'slashed', screen: 'trust' });
  await page.getByText('This node was slashed.').waitFor();
  await page.getByRole('link', { name: /Slashed.*Open the case/ }).click();
  await page.getByRole('heading', { name: 'Scores of the group' }).waitFor();
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export as a bundle' }).click();
  expect((await download).suggestedFilename()).toMatch(/^crynux-case-.*\.zip$/);
  expect(await axeFindings(page)).toEqual([]);
});

it('the log follows, stops when one scrolls up, and leads from an error to its task', async () => {
  const page = await window.open({ fixture: 'running', screen: 'logs', dark: true });
  const log = page.getByRole('region', { name: 'Log lines, oldest first' });
  // The row shows act and outcome as the program writes them.
  await log
    .getByText(/^closing the task/)
    .last()
    .waitFor();
  await log.getByText('as “Success”').last().waitFor();
  await page.evaluate(() => (globalThis as unknown as Controls).fixtureLogs.add('a first new line'));
  await log.getByText('a first new line').waitFor();
  await log.focus();
  await page.keyboard.press('PageUp');
  const fromEnd = () =>
    log.evaluate((element) => {
      const { scrollHeight, scrollTop, clientHeight } = element as unknown as InPage;
      return scrollHeight - scrollTop - clientHeight;
    });
  await eventually(fromEnd).toBeGreaterThan(400);
  expect(await page.getByRole('switch', { name: 'Follow' }).isChecked()).toBe(false);
  await page.evaluate(() => (globalThis as unknown as Controls).fixtureLogs.add('a second new line'));
  await page.getByRole('button', { name: '1 new line' }).click();
  await log.getByText('a second new line').waitFor();
  expect(await axeFindings(page)).toEqual([]);

  await page.getByRole('combobox', { name: 'Level' }).selectOption('error');
  await log
    .getByText(/its result files are missing/)
    .last()
    .waitFor();
  // A bundle that takes long is shown, can be cancelled, and can be requested again.
  await page.evaluate(() => (globalThis as unknown as Controls).fixtureLogs.holdBundle(true));
  const bundle = page.getByRole('button', { name: 'Support bundle' });
  await bundle.click();
  await page.getByText('Creating the file…').waitFor();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.evaluate(() => (globalThis as unknown as Controls).fixtureLogs.holdBundle(false));
  const download = page.waitForEvent('download');
  await bundle.click();
  expect((await download).suggestedFilename()).toBe('crynux-support-node-1.zip');
  await log.getByRole('link').last().click();
  await openTask(page).getByText('Path through the network').waitFor();
});

it.each([
  { fixture: 'running', screen: 'tasks', shown: '1,204 tasks' },
  { fixture: 'running', screen: 'tasks?state=EndAborted', shown: 'Aborted', open: true, dark: true },
  { fixture: 'empty', screen: 'tasks', shown: 'No tasks yet', button: 'Why no tasks?' },
  { fixture: 'kicked-out', screen: 'trust', shown: 'Kicked out' },
  { fixture: 'kicked-out', screen: 'trust?tab=qos', shown: 'Health recovery', dark: true },
  { fixture: 'errors', screen: 'tasks', shown: 'Tasks' },
])('axe finds nothing on $screen ($fixture)', async ({ shown, open, button, ...options }) => {
  const page = await window.open(options);
  await page.getByText(shown).first().waitFor();
  // The window's frame, which has the names of the screens, appears before the screen.
  await page.getByRole('heading', { level: 1 }).waitFor();
  if (open === true) {
    await rowAt(page, 0).click();
    await openTask(page).getByText('Path through the network').waitFor();
  }
  if (button !== undefined) {
    await page.getByRole('button', { name: button }).click();
    await page.getByText('What would change it:').first().waitFor();
  }
  expect(await axeFindings(page)).toEqual([]);
});
