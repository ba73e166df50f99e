/** Imports between the rooms of `worker/`: the current sources keep to the rules, and violations are found. */
import { expect, it } from 'vitest';
import { importsOf, readSources } from './imports.ts';
import { WORKER_ROOMS } from './rooms.ts';
import { wrongImports } from './wrong-imports.ts';

const source = (path: string, text: string) => ({ path, lines: 1, imports: importsOf(path, text) });

it('are respected by the current sources', () => {
  const sources = readSources(process.cwd(), ['worker']);
  expect(sources.length).toBeGreaterThan(300);
  expect(wrongImports(sources)).toEqual([]);
});

it('all arrows point one way: no room may import one below it in the list', () => {
  const names = Object.keys(WORKER_ROOMS);
  for (const [at, name] of names.entries()) {
    const above = names.slice(0, at);
    for (const other of WORKER_ROOMS[name as keyof typeof WORKER_ROOMS]) expect(above).toContain(other);
  }
});

it.for([
  ['a type', "import type { Node } from '../node/node.ts';"],
  ['a value over several lines', "import {\n  Node,\n} from '../node/node.ts';"],
  ['a module for its effect', "import '../node/node.ts';"],
  ['a module on demand', "const { Node } = await import('../node/node.ts');"],
  ['a re-export', "export { Node } from '../node/node.ts';"],
])('a wrong import fails: %s', ([, text = '']) => {
  expect(wrongImports([source('worker/store/store.ts', text)])).toEqual([
    { file: 'worker/store/store.ts', imports: 'worker/node/node.ts', why: 'worker/store may not import worker/node' },
  ]);
});

it('tests may import anything, but only tests may import what is for tests', () => {
  expect(wrongImports([source('worker/store/store.test.ts', "import '../node/node.ts';")])).toEqual([]);
  expect(wrongImports([source('worker/store/testing/rig.ts', "import '../../node/node.ts';")])).toEqual([]);
  expect(wrongImports([source('worker/store/store.ts', "import '../testing/temp-dir.ts';")])).toHaveLength(1);
});

it('a folder that is not a room fails: it has no place in the order yet', () => {
  expect(wrongImports([source('worker/attic/box.ts', '')])).toHaveLength(1);
});
