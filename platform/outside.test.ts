/** R9: what lies outside of the archive is used only as it was installed. */
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { hashOf, openOutside } from './outside.ts';

/** One of each kind: a runtime, a program's code, a native library, a model, a window's file. */
const FILES = [
  'node/node',
  'program/dist/worker/engines/embedded/main.js',
  'program/node_modules/keytar/prebuilds/linux-x64/keytar.node',
  'program/dist/resources/models/tiny-chat.gguf',
  'program/out/renderer/index.html',
] as const;

let folder: string;
let outsideList: string;
const place = (name: string) => path.join(folder, 'resources', name);
const open = () => openOutside({ outsideList, outside: path.join(folder, 'resources') });

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'outside-'));
  const files: Record<string, string> = {};
  for (const name of FILES) {
    mkdirSync(path.dirname(place(name)), { recursive: true });
    writeFileSync(place(name), `what ${name} holds`);
    files[name] = await hashOf(place(name));
  }
  outsideList = path.join(folder, 'outside.json');
  writeFileSync(outsideList, JSON.stringify({ files }));
});

afterEach(() => rmSync(folder, { recursive: true }));

it('is used as it was installed, time after time', async () => {
  const outside = open();
  await outside.check('node', 'program');
  await outside.check('node', 'program');
});

it.for(FILES)('%s with one byte changed is refused by its code', async (name) => {
  writeFileSync(place(name), `What ${name} holds`);
  await expect(open().check('node', 'program')).rejects.toMatchObject({
    code: 'PROGRAM_FILE_CHANGED',
    data: { file: place(name) },
  });
});

it('a change after the first check is seen too, even with the old length and date', async () => {
  const outside = open();
  const name = FILES[1];
  utimesSync(place(name), 1_000, 1_000);
  await outside.check('program');
  writeFileSync(place(name), `What ${name} holds`);
  utimesSync(place(name), 1_000, 1_000);
  await expect(outside.check('program')).rejects.toMatchObject({ code: 'PROGRAM_FILE_CHANGED' });
});

it('a file that is gone, and one that was put among them, are refused', async () => {
  rmSync(place(FILES[2]));
  await expect(open().check('program/node_modules/keytar')).rejects.toMatchObject({ code: 'PROGRAM_FILE_MISSING' });
  await open().check('node', 'program/dist');
  // Where the library would be looked for first.
  const planted = place('program/node_modules/keytar/build/Release/keytar.node');
  mkdirSync(path.dirname(planted), { recursive: true });
  writeFileSync(planted, '');
  await expect(open().check('program/node_modules/keytar')).rejects.toMatchObject({
    code: 'PROGRAM_FILE_UNKNOWN',
    data: { file: planted },
  });
});

it('without an archive nothing is checked', async () => {
  await openOutside({ outsideList: null, outside: '/no/such/folder' }).check('node', 'program');
});
