/** R9: files outside the archive are used only if they are as installed. */
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { hashFile } from './file-hash.ts';
import { openOutside } from './outside.ts';

/** One of each kind: a runtime, code of a program, a native library, a model, a file of the window. */
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
    writeFileSync(place(name), `content of ${name}`);
    files[name] = (await hashFile(place(name))).sha256;
  }
  outsideList = path.join(folder, 'outside.json');
  writeFileSync(outsideList, JSON.stringify({ files }));
});

afterEach(() => rmSync(folder, { recursive: true }));

it('accepts files that are as installed, again and again', async () => {
  const outside = open();
  await outside.check('node', 'program');
  await outside.check('node', 'program');
});

it.for(FILES)('refuses %s with one byte changed, with its code', async (name) => {
  writeFileSync(place(name), `Content of ${name}`);
  await expect(open().check('node', 'program')).rejects.toMatchObject({
    code: 'PROGRAM_FILE_CHANGED',
    data: { file: place(name) },
  });
});

it('notices a change after the first check, even with the old length and modification time', async () => {
  const outside = open();
  const name = FILES[1];
  utimesSync(place(name), 1_000, 1_000);
  await outside.check('program');
  writeFileSync(place(name), `Content of ${name}`);
  utimesSync(place(name), 1_000, 1_000);
  await expect(outside.check('program')).rejects.toMatchObject({ code: 'PROGRAM_FILE_CHANGED' });
});

it('refuses a missing file and a foreign one', async () => {
  rmSync(place(FILES[2]));
  await expect(open().check('program/node_modules/keytar')).rejects.toMatchObject({ code: 'PROGRAM_FILE_MISSING' });
  await open().check('node', 'program/dist');
  // The first place where the library would be looked up.
  const planted = place('program/node_modules/keytar/build/Release/keytar.node');
  mkdirSync(path.dirname(planted), { recursive: true });
  writeFileSync(planted, '');
  await expect(open().check('program/node_modules/keytar')).rejects.toMatchObject({
    code: 'PROGRAM_FILE_UNKNOWN',
    data: { file: planted },
  });
});

it('checks nothing without an archive', async () => {
  await openOutside({ outsideList: null, outside: '/no/such/folder' }).check('node', 'program');
});
