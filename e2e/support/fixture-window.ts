/** The window on made-up hosts in a real browser: built once, a fresh page each time. */
import { AxeBuilder } from '@axe-core/playwright';
import { chromium, type Page } from 'playwright-core';
import { needBrowser } from '../../scripts/browser.ts';
import { serveFixtures } from '../../scripts/window-build.ts';

export interface PageOptions {
  /** Name of a scenario (renderer/testing/scenario.ts). */
  readonly fixture: string;
  /** Below the node: `tasks?state=EndSuccess`. */
  readonly screen: string;
  readonly dark?: boolean;
  readonly language?: 'en' | 'zh-CN';
}

export interface FixtureWindow {
  open(options: PageOptions): Promise<Page>;
  /** What the pages complained about: errors, and whatever their policy refused. */
  readonly complaints: readonly string[];
  close(): Promise<void>;
}

const NODE = 'living-room';

export async function openFixtureWindow(): Promise<FixtureWindow> {
  const server = await serveFixtures();
  const browser = await chromium.launch({
    executablePath: needBrowser(),
    args: ['--disable-gpu'],
    chromiumSandbox: process.getuid?.() !== 0,
  });
  const complaints: string[] = [];
  return {
    complaints,
    async open({ fixture, screen, dark = false, language = 'en' }) {
      const context = await browser.newContext({
        viewport: { width: 1280, height: 800 },
        colorScheme: dark ? 'dark' : 'light',
        locale: 'en-GB',
        // Nothing is waited for that only moves.
        reducedMotion: 'reduce',
      });
      const page = await context.newPage();
      page.setDefaultTimeout(15_000);
      page.on('console', (message) => {
        if (message.type() === 'error') complaints.push(message.text());
      });
      page.on('pageerror', (error) => complaints.push(error.message));
      await page.goto(`${server.url}?fixture=${fixture}&language=${language}#/node/${NODE}/${screen}`);
      return page;
    },
    async close() {
      await browser.close();
      await server.close();
    },
  };
}

/** What axe finds on a page, or within a part of it, that is serious or worse, in short. */
export function seriousFindings(page: Page, within: string | null = null): Promise<string[]> {
  const axe = new AxeBuilder({ page });
  return findingsOf(within === null ? axe : axe.include(within));
}

/** What another theme can change: the contrast alone. */
export function contrastFindings(page: Page): Promise<string[]> {
  return findingsOf(new AxeBuilder({ page }).withRules('color-contrast'));
}

async function findingsOf(axe: AxeBuilder): Promise<string[]> {
  const { violations } = await axe.analyze();
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 160)).join(' | ')}`);
}
