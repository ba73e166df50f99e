import { closeSync, fstatSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { createSecretReader } from './secret-reader.ts';

function openFile(): number {
  const folder = mkdtempSync(path.join(tmpdir(), 'given-'));
  writeFileSync(path.join(folder, 'secret'), 'of a file');
  const descriptor = openSync(path.join(folder, 'secret'), 'r');
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return descriptor;
}

it('reads only descriptors that were given', async () => {
  const descriptor = openFile();
  onTestFinished(() => closeSync(descriptor));
  const places = { folder: '/', credentialsDir: undefined };
  await expect(createSecretReader({ ...places, given: new Set() }).text({ descriptor })).rejects.toMatchObject({
    code: 'HEADLESS_APPLY_REFUSED',
    message: expect.stringContaining(`descriptor ${descriptor} was not given for reading; through npm it can only be 0`),
  });
  expect(fstatSync(descriptor).isFile()).toBe(true);
  const given = new Set([openFile()]);
  await expect(createSecretReader({ ...places, given }).line({ descriptor: [...given][0] })).resolves.toBe('of a file');
});
