/**
 * What a failed test leaves for inspection: the page as text and screenshot, and the program's output, in
 * `test-results/`.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { onTestFailed, type TestContext } from 'vitest';
import type { RunningShell } from './running-shell.ts';

const folder = path.resolve(import.meta.dirname, '..', '..', 'test-results');

/** Call this in `beforeEach`. */
export function keepOnFailure({ task }: Pick<TestContext, 'task'>, shell: () => RunningShell): void {
  onTestFailed(async () => {
    const { page, output } = shell();
    const name = path.join(folder, task.name.replaceAll(/[^\w]+/g, '-').slice(0, 60));
    await mkdir(folder, { recursive: true });
    await page.screenshot({ path: `${name}.png` }).catch(() => {});
    const text = await page
      .locator('body')
      .ariaSnapshot({ timeout: 1_000 })
      .catch((error: unknown) => String(error));
    await writeFile(`${name}.txt`, `${page.url()}\n\n${text}\n\n${output()}`);
  });
}
