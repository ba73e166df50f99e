import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';

/** Only `contract/truth` decides what a node is; everything that shows or reports it uses that. */
const root = path.resolve(import.meta.dirname, '..');
const ROOMS = ['renderer', 'electron', 'headless'];

function sources(folder: string): string[] {
  return readdirSync(path.join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === 'testing' ? [] : sources(file);
    return /\.tsx?$/.test(entry.name) && !entry.name.includes('.test.') ? [file] : [];
  });
}

/** Patterns of code that judges a node by its parts instead. */
const JUDGES: readonly RegExp[] = [
  /\blifeWord\(/g,
  /\bworker\.kind\b/g,
  /\b(?:node|view)\??\.(?:state|currentTask|relay|life|engine|chain|stake)\b/g,
  /\bstate === '(?:running|paused|pausing|slashed|kickedOut|stopped|failed)'/g,
];

/** Why each of these is allowed; a number is how often it may occur. */
const ALLOWED: Readonly<Record<string, readonly [count: number, why: string]>> = {
  'renderer/features/overview/state-sentences.tsx': [1, 'when a crashed process is retried is its own information'],
  'renderer/state/node-session.ts': [1, 'whether to connect to the process or to its records'],
  'renderer/features/wallet/screen.tsx': [1, 'reads again when the life of the stake has moved on'],
  'electron/modules/notifications.ts': [1, 'follows the tasks of a living process once'],
  'renderer/features/overview/state-card.tsx': [1, 'state of the warm-up, not of the node'],
  'renderer/features/wallet/task-chain-card.tsx': [1, 'reads again when the life of the stake has moved on'],
  'headless/cli/node-text.ts': [10, 'rows and JSON give the node’s own facts as they are, and a process’s own error'],
  'headless/cli/commands/doctor.ts': [3, 'findings quote what process and node say themselves'],
  'headless/cli/commands/nodes.ts': [4, 'waits until an act has taken effect'],
  'headless/cli/commands/drain.ts': [9, 'waits until a node has nothing left to do'],
  'headless/cli/commands/serve.ts': [2, 'says why a process is restarted'],
  'headless/apply/prune.ts': [1, 'accepts no profile from a running process'],
};

it('window, tray, notifications and command line judge no node by themselves', () => {
  const found: Record<string, string[]> = {};
  for (const file of ROOMS.flatMap(sources)) {
    const source = readFileSync(path.join(root, file), 'utf8');
    const hits = JUDGES.flatMap((judge) => [...source.matchAll(judge)].map(([text]) => text));
    if (hits.length > 0) found[file] = hits;
  }
  const beyond = Object.entries(found).filter(([file, hits]) => hits.length !== (ALLOWED[file]?.[0] ?? 0));
  expect(Object.fromEntries(beyond)).toEqual({});
});
