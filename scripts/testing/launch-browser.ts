/** The browser of the tests. */
import { type Browser, chromium } from 'playwright-core';
import { requireBrowser } from '../browser.ts';

/**
 * A page of a test lives for seconds: compiling its code for speed costs more than it saves, about a quarter of all that
 * such a browser does.
 */
export const TEST_BROWSER_FLAGS = ['--disable-gpu', '--js-flags=--no-maglev --no-turbofan'] as const;

/** @throws Error when there is no browser */
export function launchTestBrowser(flags: readonly string[] = []): Promise<Browser> {
  return chromium.launch({
    executablePath: requireBrowser(),
    args: [...TEST_BROWSER_FLAGS, ...flags],
    chromiumSandbox: process.getuid?.() !== 0,
  });
}
