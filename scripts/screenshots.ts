/**
 * Screenshots of every screen and state of the window with made-up hosts: light and dark, three sizes, both languages.
 * `node scripts/screenshots.ts FOLDER [PARTS OF NAMES, WITH COMMAS]`; fails if a page reports an error or is wider than
 * its window.
 */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { chromium, type Page } from 'playwright-core';
import { en } from '../renderer/i18n/en/index.ts';
import { zhCn } from '../renderer/i18n/zh-cn/index.ts';
import { madeHash } from '../renderer/testing/fixtures/made-tasks.ts';
import { COMMITMENT } from '../renderer/testing/scenario.ts';
import { requireBrowser } from './browser.ts';
import { serveFixtures } from './serve-fixtures.ts';

const node = (screen: string) => `/node/living-room/${screen}`;

const imageOpen = (words: typeof en | typeof zhCn) => words.tasks.drawer.imageOpen.replace('{{number}}', '1');

/** What to click first: the control's name in each language. */
const CLICKS: Readonly<Record<string, Readonly<Record<'en' | 'zh-CN', string>>>> = {
  'tasks-image': { en: imageOpen(en), 'zh-CN': imageOpen(zhCn) },
  'fleet-selected': { en: en.fleet.selectAll, 'zh-CN': zhCn.fleet.selectAll },
  'fleet-places': { en: en.fleet.places.open, 'zh-CN': zhCn.fleet.places.open },
  'trust-case': { en: en.trust.timeline.open, 'zh-CN': zhCn.trust.timeline.open },
};

/** Scenario (renderer/testing/scenario.ts) → its screenshots, by name. */
const SHOTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'first-run': {
    'first-run-key': '/first-run/key',
    'first-run-network': '/first-run/network',
    'first-run-card': '/first-run/gpu',
    'first-run-checks': '/first-run/checks',
    'first-run-stake': '/first-run/stake',
    'settings-no-nodes': '/settings/nodes',
    'fleet-empty': '/fleet',
  },
  'first-run-public': {
    'first-run-public-card': '/first-run/gpu',
    'first-run-public-checks': '/first-run/checks',
    'first-run-public-stake': '/first-run/stake',
  },
  'session-ended': { 'session-ended': node('overview') },
  running: {
    overview: node('overview'),
    tasks: node('tasks'),
    'tasks-drawer': `${node('tasks')}?task=${COMMITMENT}`,
    'tasks-image': `${node('tasks')}?task=${COMMITMENT}`,
    'tasks-drawer-removed': `${node('tasks')}?task=0x${madeHash(1)}`,
    earnings: node('earnings'),
    trust: node('trust'),
    gpus: node('gpus'),
    models: node('models'),
    wallet: node('wallet'),
    logs: node('logs'),
    'settings-nodes': '/settings/nodes',
    'settings-edit-node': '/settings/nodes?edit=living-room',
    'settings-networks': '/settings/networks',
    'settings-engines': '/settings/engines',
    'settings-keys': '/settings/keys',
    'settings-appearance': '/settings/appearance',
    'settings-notifications': '/settings/notifications',
    'settings-program': '/settings/program',
    'settings-updates': '/settings/updates',
  },
  executing: {
    'overview-executing': node('overview'),
    'tasks-drawer-executing': `${node('tasks')}?task=${COMMITMENT}`,
    'gpus-executing': node('gpus'),
  },
  empty: {
    'overview-empty': node('overview'),
    'tasks-empty': node('tasks'),
    'earnings-empty': node('earnings'),
    'trust-empty': node('trust'),
    'models-empty': node('models'),
    'wallet-empty': node('wallet'),
    'logs-empty': node('logs'),
  },
  stopped: { 'overview-stopped': node('overview'), 'tasks-stopped': node('tasks'), 'wallet-stopped': node('wallet') },
  'nobody-there': { 'settings-keys-imported': '/settings/keys', 'wallet-imported': node('wallet') },
  paused: { 'overview-paused': node('overview') },
  locked: { 'overview-locked': node('overview') },
  backoff: { 'overview-backoff': node('overview') },
  failed: { 'overview-failed': node('overview') },
  slashed: { 'overview-slashed': node('overview'), 'trust-slashed': node('trust'), 'trust-case': node('trust') },
  'kicked-out': { 'overview-kicked-out': node('overview'), 'trust-kicked-out': node('trust') },
  'relay-down': { 'overview-relay-down': node('overview') },
  'chain-down': { 'overview-chain-down': node('overview') },
  left: { 'overview-left': node('overview') },
  held: { 'overview-held': node('overview') },
  'many-tasks': { 'tasks-many': node('tasks') },
  fleet: {
    fleet: '/fleet',
    'fleet-trouble': '/fleet?state=trouble',
    'fleet-selected': '/fleet?q=here',
    'fleet-places': '/fleet',
  },
  'two-nodes': { 'fleet-two-nodes': '/fleet', 'overview-two-nodes': node('overview'), 'settings-two-nodes': '/settings/nodes' },
  'on-chain': {
    'on-chain-overview': node('overview'),
    'on-chain-earnings': node('earnings'),
    'on-chain-trust': `${node('trust')}?tab=qos`,
    'on-chain-wallet': node('wallet'),
    'on-chain-tasks-drawer': `${node('tasks')}?task=${COMMITMENT}`,
    'on-chain-settings-networks': '/settings/networks',
  },
  errors: { 'overview-errors': node('overview'), 'earnings-errors': node('earnings') },
};

const SIZES = [
  { width: 1280, height: 800 },
  { width: 900, height: 600 },
  { width: 1920, height: 1080 },
] as const;

/** Eight frames in a row without anything busy; four seconds at most. */
const SETTLED_SCRIPT = `(async () => {
  await document.fonts.ready;
  for (let quiet = 0, frames = 0; quiet < 8 && frames < 240; frames += 1) {
    await new Promise(requestAnimationFrame);
    quiet = document.querySelector('main [aria-busy="true"]') === null ? quiet + 1 : 0;
  }
})()`;

/** By how many pixels the page is wider than its window. */
const OVERFLOW_SCRIPT = `Math.max(...['html', 'main'].map((name) => {
  const element = document.querySelector(name);
  return element.scrollWidth - element.clientWidth;
}))`;

/** Everything has been drawn, and nothing is loading. */
async function waitUntilSettled(page: Page): Promise<void> {
  // By element: behind a dialog, a heading has no role.
  await page.locator('h1').first().waitFor();
  await page.evaluate(SETTLED_SCRIPT);
}

async function takeScreenshots(options: { page: Page; folder: string; name: string; problems: string[] }): Promise<number> {
  const { page, folder, name, problems } = options;
  let count = 0;
  for (const size of SIZES) {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.setViewportSize(size);
      await page.emulateMedia({ colorScheme });
      await waitUntilSettled(page);
      const excess = await page.evaluate<number>(OVERFLOW_SCRIPT);
      const file = `${name}-${colorScheme}-${size.width}.png`;
      if (excess > 0) problems.push(`${file}: ${excess} px wider than the window`);
      await page.screenshot({ path: path.join(folder, file) });
      count += 1;
    }
  }
  return count;
}

async function main(): Promise<number> {
  const [folder, given = ''] = process.argv.slice(2);
  const parts = given.split(',');
  if (folder === undefined) {
    console.error('usage: screenshots.ts FOLDER [PARTS OF NAMES, WITH COMMAS]');
    return 2;
  }
  await mkdir(folder, { recursive: true });
  const server = await serveFixtures();
  const browser = await chromium.launch({
    executablePath: requireBrowser(),
    args: ['--disable-gpu'],
    chromiumSandbox: process.getuid?.() !== 0,
  });
  const problems: string[] = [];
  let count = 0;
  try {
    for (const [scenario, screens] of Object.entries(SHOTS)) {
      for (const language of ['en', 'zh-CN'] as const) {
        const wanted = Object.entries(screens).filter(([name]) => parts.some((part) => `${name}-${language}`.includes(part)));
        for (const [name, route] of wanted) {
          const page = await browser.newPage({ reducedMotion: 'reduce', timezoneId: 'UTC' });
          page.on('pageerror', (error) => problems.push(`${name}: ${error.message}`));
          page.on('console', (message) => {
            if (message.type() === 'error') problems.push(`${name}: ${message.text()}`);
          });
          await page.goto(`${server.url}?fixture=${scenario}&language=${language}#${route}`);
          const control = CLICKS[name]?.[language];
          if (control !== undefined)
            await page
              .getByRole('link', { name: control })
              .or(page.getByRole('button', { name: control, exact: true }))
              .or(page.getByRole('checkbox', { name: control }))
              .first()
              .click();
          count += await takeScreenshots({ page, folder, name: `${name}-${language}`, problems });
          await page.close();
        }
      }
    }
  } finally {
    await browser.close();
    await server.close();
  }
  for (const problem of problems) console.error(problem);
  console.log(`${count} screenshots in ${folder}`);
  return problems.length === 0 ? 0 : 1;
}

process.exitCode = await main();
