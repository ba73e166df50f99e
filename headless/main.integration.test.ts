import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { expect, it } from 'vitest';
import { programVersion } from '../host/app/program-version.ts';

/** Writes the URL of every loaded file to standard error. */
const WATCH = `import { registerHooks } from 'node:module';
registerHooks({ load: (url, context, next) => (url.startsWith('file:') && console.error(url), next(url, context)) });`;

function loadedBy(...args: string[]): { readonly out: string; readonly files: readonly string[] } {
  const root = path.resolve(import.meta.dirname, '..');
  const watch = `data:text/javascript,${encodeURIComponent(WATCH)}`;
  const command = `"${process.execPath}" --disable-warning=ExperimentalWarning --import "${watch}" headless/main.ts ${args.join(' ')} 2>&1`;
  // Runs the sources, not the test bundle.
  const env = { ...process.env, CRYNUX_TEST_PROGRAMS: '' };
  const lines = execFileSync(command, { shell: true, cwd: root, encoding: 'utf8', env }).trim().split('\n');
  const [files, out] = [true, false].map((isFile) => lines.filter((line) => line.startsWith('file:') === isFile));
  return { out: (out ?? []).join('\n'), files: (files ?? []).map((url) => url.slice(url.indexOf('/headless/') + 1)) };
}

it.for(['--version', '-V'])('%s is answered without loading the program', (option) => {
  const { out, files } = loadedBy(option);
  expect(out).toBe(programVersion());
  expect(files.length).toBeLessThanOrEqual(6);
  expect(files.some((file) => file.includes('node_modules'))).toBe(false);
});

it('no command loads the host before it is needed', () => {
  const { files } = loadedBy('status', '--help');
  expect(files.some((file) => file.includes('/cli/'))).toBe(true);
  expect(files.filter((file) => /host-app|ethers|fastify/.test(file))).toEqual([]);
});
