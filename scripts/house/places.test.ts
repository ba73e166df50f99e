import { expect, it } from 'vitest';
import { pathLookups, pathLookupsIn } from './places.ts';

it('only platform/ knows what runs a program and where it is', () => {
  expect(pathLookups(process.cwd())).toEqual([]);
});

it.for([
  ['const node = process.execPath;', 'process.execPath'],
  ['const { execPath } = process;', 'execPath }'],
  ['if (app.isPackaged) go();', 'isPackaged'],
  ["file.replace('app.asar', 'app.asar.unpacked');", 'app.asar'],
  ['new URL("./main.ts", import.meta.url)', 'import.meta.url'],
  ['path.join(import.meta.dirname, "main.ts")', 'import.meta.dirname'],
  ['env.ELECTRON_RUN_AS_NODE = "1"', 'ELECTRON_RUN_AS_NODE'],
])('found: %s', ([text = '', word]) => {
  expect(pathLookupsIn('host/a.ts', text)[0]).toEqual({ file: 'host/a.ts', word });
});

it('how a program is started is not such a question', () => {
  expect(pathLookupsIn('host/a.ts', 'fork(entry, { execPath: PROGRAMS.node }); if (import.meta.main) run();')).toEqual([]);
});
