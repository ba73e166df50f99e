/**
 * The browser that UI tests drive: Chrome, Chromium or Edge, wherever the system has it; on Debian as root the
 * distribution's Chromium is installed. Nothing is ever downloaded from elsewhere.
 */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import path from 'node:path';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'chrome', 'microsoft-edge'];

const FIXED: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
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

/** Path of a browser, or null. `CRYNUX_BROWSER` wins over the search. */
export function findBrowser(env: NodeJS.ProcessEnv = process.env): string | null {
  const wanted = env.CRYNUX_BROWSER;
  if (wanted !== undefined && isExecutable(wanted)) return wanted;
  const folders = (env.PATH ?? '').split(path.delimiter).filter((folder) => folder !== '');
  const candidates = [
    ...folders.flatMap((folder) => NAMES.map((name) => path.join(folder, name))),
    ...(FIXED[process.platform] ?? []),
  ];
  return candidates.find(isExecutable) ?? null;
}

/** As {@link findBrowser}, installing Debian's Chromium when that is possible. @throws Error with the one command to run. */
export function ensureBrowser(): string {
  const found = findBrowser();
  if (found !== null) return found;
  const command = 'apt-get install -y chromium';
  if (existsSync('/etc/debian_version') && process.getuid?.() === 0) {
    process.stderr.write(`crynux: no browser found; running ${command} …\n`);
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    spawnSync('apt-get', ['update', '-q'], { stdio: ['ignore', 2, 2], env });
    spawnSync('apt-get', ['install', '-y', '-q', '--no-install-recommends', 'chromium'], { stdio: ['ignore', 2, 2], env });
    const installed = findBrowser();
    if (installed !== null) return installed;
  }
  throw new Error(`The UI tests need Chrome, Chromium or Edge. Install one, for example with: sudo ${command}`);
}
