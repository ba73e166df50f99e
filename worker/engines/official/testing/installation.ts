/** Installations of the official node like its releases, made of empty files, for tests. */
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';

export interface InstallationOptions {
  /** Version of the package as installed, and as patched since. */
  readonly installed?: string;
  readonly version?: string;
  /** The kind of `worker/venv/bin/python`. */
  readonly python?: 'program' | 'plain file' | 'dangling link' | 'no environment';
  readonly withPackage?: boolean;
}

function writeFile(file: string, text = '', mode = 0o644): void {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
  chmodSync(file, mode);
}

function writePackage(folder: string, { installed = '3.5.0', version = installed }: InstallationOptions): void {
  writeFile(
    path.join(folder, 'crynux_worker', '__init__.py'),
    `__version__ = "${version}"\n\ndef version():\n    return __version__\n`,
  );
  writeFile(path.join(folder, `crynux_worker-${installed}.dist-info`, 'METADATA'));
}

/** Scripts and a virtual environment: the container image, and what developers run. */
export function sourceInstallation(root: string, options: InstallationOptions = {}): string {
  writeFile(path.join(root, 'worker', 'crynux_worker_process.py'));
  if (options.python === 'no environment') return root;
  const bin = path.join(root, 'worker', 'venv', 'bin');
  mkdirSync(bin, { recursive: true });
  if (options.python === 'dangling link') symlinkSync('/nowhere/python3.10', path.join(bin, 'python'));
  else writeFile(path.join(bin, 'python'), '#!/bin/sh\n', options.python === 'plain file' ? 0o644 : 0o755);
  const packages = path.join(root, 'worker', 'venv', 'lib', 'python3.10', 'site-packages');
  mkdirSync(packages, { recursive: true });
  if (options.withPackage !== false) writePackage(packages, options);
  return root;
}

/** A release for Linux or Windows. */
export function bundleInstallation(root: string, platform: 'linux' | 'win32', options: InstallationOptions = {}): string {
  const folder = path.join(root, 'crynux_worker_process');
  writeFile(path.join(folder, platform === 'win32' ? 'crynux_worker_process.exe' : 'crynux_worker_process'), '', 0o755);
  writePackage(path.join(folder, '_internal'), options);
  return root;
}

/** The app for macOS: the worker is one file. */
export function appInstallation(app: string): string {
  writeFile(path.join(app, 'Contents', 'MacOS', 'crynux_node'), '', 0o755);
  writeFile(path.join(app, 'Contents', 'Resources', 'crynux_worker_process'), '', 0o755);
  return app;
}
