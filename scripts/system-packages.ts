/**
 * System packages that the tests need besides npm packages: a browser, and on Linux a keyring service. On Debian as
 * root they are installed from the distribution, after saying so; anywhere else, and if `CRYNUX_NO_INSTALL` is set, the
 * command to run is printed and nothing is changed. Nothing comes from elsewhere.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { findBrowser } from './browser.ts';
import { downloadPromtool, findPromtool } from './prometheus/promtool.ts';

interface SystemPackage {
  /** Debian's name. */
  readonly package: string;
  readonly why: string;
  readonly present: () => boolean;
}

function onPath(name: string): boolean {
  return (process.env.PATH ?? '').split(path.delimiter).some((folder) => folder !== '' && existsSync(path.join(folder, name)));
}

function hasLibrary(name: string): boolean {
  const listed = spawnSync('ldconfig', ['-p'], { encoding: 'utf8', env: { ...process.env, PATH: `${process.env.PATH}:/sbin` } });
  return listed.status === 0 && listed.stdout.includes(name);
}

const BROWSER: SystemPackage = {
  package: 'chromium-headless-shell',
  why: 'the window is driven in a real browser',
  present: () => findBrowser() !== null,
};
const KEYRING = 'keys are kept in a real keyring service';
const LINUX_PACKAGES: readonly SystemPackage[] = [
  { package: 'procps', why: 'ps shows that no process is left behind', present: () => onPath('ps') },
  { package: 'dbus-daemon', why: KEYRING, present: () => onPath('dbus-run-session') },
  { package: 'gnome-keyring', why: KEYRING, present: () => onPath('gnome-keyring-daemon') },
  { package: 'libsecret-1-0', why: KEYRING, present: () => hasLibrary('libsecret-1.so.0') },
];

/** Printed before anything is installed: what, why, and how to prevent it. */
export function installNotice(wanted: readonly Pick<SystemPackage, 'package' | 'why'>[]): string {
  const width = Math.max(...wanted.map((need) => need.package.length));
  return [
    'The tests need system packages that are missing here:',
    ...wanted.map((need) => `  ${need.package.padEnd(width)}  ${need.why}`),
    `They will now be installed from this distribution: ${installCommand(wanted)}`,
    'To install nothing, stop this (Ctrl-C) and set CRYNUX_NO_INSTALL=1; the tests then print the command and end.',
    '',
  ].join('\n');
}

function installCommand(wanted: readonly Pick<SystemPackage, 'package'>[]): string {
  return `apt-get install -y --no-install-recommends ${wanted.map((need) => need.package).join(' ')}`;
}

/** Path of the browser that UI tests use. @throws Error with the command to run */
export function ensureTestPrograms(): string {
  const needs = process.platform === 'linux' ? [BROWSER, ...LINUX_PACKAGES] : [BROWSER];
  const missing = () => needs.filter((need) => !need.present());
  const wanted = missing();
  const mayInstall = (process.env.CRYNUX_NO_INSTALL ?? '') === '';
  const isDebian = existsSync('/etc/debian_version') && process.getuid?.() === 0;
  if (wanted.length > 0 && mayInstall && isDebian) {
    process.stderr.write(installNotice(wanted));
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const run = (args: readonly string[]) => spawnSync('apt-get', args, { stdio: ['ignore', 2, 2], env });
    run(['update', '-q']);
    run(['install', '-y', '-q', '--no-install-recommends', ...wanted.map((need) => need.package)]);
  }
  // Installs nothing: only one program is extracted from a package. Without it, the tests that need it are skipped.
  if (mayInstall && isDebian && findPromtool() === null) {
    process.stderr.write(
      'promtool, which checks metrics and alert rules, is taken from the package prometheus of this distribution.\n',
    );
    downloadPromtool();
  }
  const left = missing();
  const browser = findBrowser();
  if (left.length > 0 || browser === null) {
    const names = left.map((need) => need.package).join(', ');
    throw new Error(`The tests need ${names}. On Debian: sudo ${installCommand(left)}`);
  }
  return browser;
}
