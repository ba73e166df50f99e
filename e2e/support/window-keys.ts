/** Operates a made-up host's window by address and by keyboard. */
import type { Locator, Page } from 'playwright-core';

export async function navigate(page: Page, route: string): Promise<void> {
  await page.evaluate(`location.hash = ${JSON.stringify(route)}`);
  await page.getByRole('heading', { level: 1 }).waitFor();
}

export async function hasFocus(locator: Locator): Promise<boolean> {
  return (await locator.and(locator.page().locator(':focus')).count()) > 0;
}

/** Presses Tab until the element with this role and name has the focus. */
export async function tabTo(page: Page, role: Parameters<Page['getByRole']>[0], name: string): Promise<void> {
  const wanted = page.getByRole(role, { name, exact: true });
  await wanted.first().waitFor();
  for (let presses = 0; presses < 60; presses += 1) {
    await page.keyboard.press('Tab');
    if (await hasFocus(wanted.first())) return;
  }
  throw new Error(`${role} “${name}” cannot be reached by the keyboard`);
}

export async function pressOn(page: Page, role: Parameters<Page['getByRole']>[0], name: string, key = 'Enter'): Promise<void> {
  await tabTo(page, role, name);
  await page.keyboard.press(key);
}
