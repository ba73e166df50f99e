/**
 * The window with made-up hosts in a real browser. One tab is reloaded for each test, with nothing kept from the one
 * before: a separate tab would cost four times as much, because each compiles the window's code again.
 */
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, Page } from 'playwright-core';
import { shownForMs } from '../../renderer/state/toasts.ts';
import { serveFixtures } from '../../scripts/serve-fixtures.ts';
import { launchTestBrowser } from '../../scripts/testing/launch-browser.ts';

interface PageOptions {
  /** Name of a scenario (renderer/testing/scenario.ts). */
  readonly fixture: string;
  /** Below the node: `tasks?state=EndSuccess`. */
  readonly screen: string;
  readonly dark?: boolean;
  readonly language?: 'en' | 'zh-CN';
}

export interface FixtureWindow {
  open(options: PageOptions): Promise<Page>;
  /** What the pages reported: errors, and whatever their policy blocked. */
  readonly complaints: readonly string[];
  close(): Promise<void>;
}

const NODE = 'living-room';
/** A message that disappears by itself could be gone before a slow machine has read it. */
const MESSAGES_STAY = `{
  const { setTimeout } = globalThis;
  globalThis.setTimeout = (then, ms, ...rest) => (ms === ${shownForMs({ tone: 'good' })} ? 0 : setTimeout(then, ms, ...rest));
}`;
/** React's development build takes a stack trace for each element, a tenth of loading a page; V8 takes none where this is no number. */
const NO_STACKS = "Object.defineProperty(Error, 'stackTraceLimit', { get: () => 0, set: () => {} });";
const VIEWPORT = { width: 1280, height: 800 };

export async function openFixtureWindow(): Promise<FixtureWindow> {
  const server = await serveFixtures();
  const browser = await launchTestBrowser();
  const complaints: string[] = [];
  const page = await openTab(browser, complaints);
  let visits = 0;
  return {
    complaints,
    async open({ fixture, screen, dark = false, language = 'en' }) {
      if (visits > 0) await page.evaluate('localStorage.clear(); sessionStorage.clear();');
      await page.setViewportSize(VIEWPORT);
      await page.emulateMedia({ colorScheme: dark ? 'dark' : 'light' });
      // Another address; otherwise only the fragment would change and the page would stay.
      const address = `${server.url}?visit=${visits++}&fixture=${fixture}&language=${language}#/node/${NODE}/${screen}`;
      await page.goto(address);
      return page;
    },
    async close() {
      await browser.close();
      await server.close();
    },
  };
}

async function openTab(browser: Browser, complaints: string[]): Promise<Page> {
  const context = await browser.newContext({
    viewport: VIEWPORT,
    locale: 'en-GB',
    // Animations are not waited for.
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  // Ends what hangs; a busy machine may be ten times slower than an idle one.
  page.setDefaultTimeout(150_000);
  await page.addInitScript(MESSAGES_STAY);
  await page.addInitScript(NO_STACKS);
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  return page;
}

/** A short list of what axe finds on a page or in a part of it, however minor. */
export function axeFindings(page: Page, within: string | null = null): Promise<string[]> {
  const axe = axeOn(page);
  return findingsOf(within === null ? axe : axe.include(within));
}

/** Headings that occur twice on a page, including lines that repeat the heading above them. */
export function repeatedHeadings(page: Page): Promise<string[]> {
  return page.evaluate(`(() => {
    const main = document.querySelector('main');
    const headings = [...main.querySelectorAll('h1, h2, h3')].map((one) => one.textContent.trim());
    const lines = [...main.querySelectorAll('p')].map((one) => one.textContent.trim()).filter((text) => headings.includes(text));
    return [...headings.filter((text, index) => headings.indexOf(text) !== index), ...lines];
  })()`);
}

/** What another theme can change: only the contrast. */
export function contrastFindings(page: Page): Promise<string[]> {
  return findingsOf(axeOn(page).withRules('color-contrast'));
}

/** There are no frames to visit, and nobody reads the passes; both cost more than the rules themselves. */
function axeOn(page: Page): AxeBuilder {
  return new AxeBuilder({ page }).options({ resultTypes: ['violations'] }).setLegacyMode();
}

async function findingsOf(axe: AxeBuilder): Promise<string[]> {
  const { violations } = await axe.analyze();
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 160)).join(' | ')}`);
}
