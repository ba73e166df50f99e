/** The browser that UI tests use: Chrome, Chromium or Edge, wherever the system has it. */
import { accessSync, constants } from 'node:fs';
import path from 'node:path';

/** The first is the same engine without a browser around it: it starts faster and costs a fifth less. */
const BROWSER_NAMES = [
  'chromium-headless-shell',
  'chromium',
  'chromium-browser',
  'google-chrome-stable',
  'google-chrome',
  'chrome',
  'microsoft-edge',
];

const BROWSER_PATHS: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  darwin: [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
  ],
  win32: [
    'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
    'C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe',
    'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
  ],
};

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Path of a browser, or null. `CRYNUX_BROWSER` overrides the search. */
export function findBrowser(env: NodeJS.ProcessEnv = process.env): string | null {
  const wanted = env.CRYNUX_BROWSER;
  if (wanted !== undefined && isExecutable(wanted)) return wanted;
  const folders = (env.PATH ?? '').split(path.delimiter).filter((folder) => folder !== '');
  const candidates = [
    ...folders.flatMap((folder) => BROWSER_NAMES.map((name) => path.join(folder, name))),
    ...(BROWSER_PATHS[process.platform] ?? []),
  ];
  return candidates.find(isExecutable) ?? null;
}

/** Like {@link findBrowser}. @throws Error if there is none */
export function requireBrowser(): string {
  const found = findBrowser();
  if (found === null) throw new Error('The UI tests need Chrome, Chromium or Edge. On Debian: sudo apt-get install -y chromium');
  return found;
}
