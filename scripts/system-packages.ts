/**
 * What the tests need of the system besides npm packages: a browser, and on Linux a keyring service. On Debian as root it
 * is installed from the distribution; anywhere else the one command to run is said. Nothing comes from elsewhere.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { findBrowser } from './browser.ts';

interface Need {
  /** Of Debian. */
  readonly package: string;
  readonly present: () => boolean;
}

function onPath(name: string): boolean {
  return (process.env.PATH ?? '').split(path.delimiter).some((folder) => folder !== '' && existsSync(path.join(folder, name)));
}

function hasLibrary(name: string): boolean {
  const listed = spawnSync('ldconfig', ['-p'], { encoding: 'utf8', env: { ...process.env, PATH: `${process.env.PATH}:/sbin` } });
  return listed.status === 0 && listed.stdout.includes(name);
}

const BROWSER: Need = { package: 'chromium', present: () => findBrowser() !== null };
const LINUX: readonly Need[] = [
  /** That no process is left behind is seen by `ps`. */
  { package: 'procps', present: () => onPath('ps') },
  /** The keychain is tested against a real Secret Service. */
  { package: 'dbus-daemon', present: () => onPath('dbus-run-session') },
  { package: 'gnome-keyring', present: () => onPath('gnome-keyring-daemon') },
  { package: 'libsecret-1-0', present: () => hasLibrary('libsecret-1.so.0') },
];

/** Path of the browser that UI tests drive. @throws Error with the one command to run */
export function ensureTestPrograms(): string {
  const needs = process.platform === 'linux' ? [BROWSER, ...LINUX] : [BROWSER];
  const missing = () => needs.filter((need) => !need.present()).map((need) => need.package);
  const wanted = missing();
  if (wanted.length > 0 && existsSync('/etc/debian_version') && process.getuid?.() === 0) {
    process.stderr.write(`crynux: installing ${wanted.join(', ')} for the tests …\n`);
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const run = (args: readonly string[]) => spawnSync('apt-get', args, { stdio: ['ignore', 2, 2], env });
    run(['update', '-q']);
    run(['install', '-y', '-q', '--no-install-recommends', ...wanted]);
  }
  const left = missing();
  const browser = findBrowser();
  if (left.length > 0 || browser === null) {
    throw new Error(`The tests need ${left.join(', ')}. On Debian: sudo apt-get install -y ${left.join(' ')}`);
  }
  return browser;
}
