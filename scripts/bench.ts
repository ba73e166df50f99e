/**
 * Speed figures with their spread over several runs, and as ratios to the official node's.
 *
 *   npm run bench [-- --runs N] [--tasks N] [--only polling,tasks,hash,idle,growth,window] [--profiles 1,2,4,8] [--heap
 *   MINUTES] [--large] [--instructions] [--json FILE] [--compare FILE]
 *
 * `--json` saves the figures; `--compare` shows what has become slower since such a file was written. Instructions are
 * counted by valgrind, which takes a minute or two.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { countInstructions } from './bench/count-instructions.ts';
import { comparisonTable, type Figure, Figures, figureTable, median, type Report, reportSchema } from './bench/figures.ts';
import { measureGrowth } from './bench/measure-growth.ts';
import { measureHash } from './bench/measure-hash.ts';
import { measureHeap } from './bench/measure-heap.ts';
import { measureIdle } from './bench/measure-idle.ts';
import { measurePolling } from './bench/measure-polling.ts';
import { measureProfiles } from './bench/measure-profiles.ts';
import { measureTasks } from './bench/measure-tasks.ts';
import { measureWindow } from './bench/measure-window.ts';
import { buildDesktop } from './build-desktop.ts';

/**
 * The official node 3.5.0 on this devnet behind a counting proxy on a quiet machine, with an engine that answers at
 * once and no network delay (docs/verification.md). Its source shows that it notices a start after 500 ms on average:
 * it asks for its task once a second.
 */
const OFFICIAL: Readonly<Record<string, number>> = {
  'nearby relay: start → read': 500,
  'nearby relay: start → score accepted, median': 1_340,
  'requests per idle minute': 144,
};

const PARTS = ['polling', 'tasks', 'hash', 'idle', 'growth', 'window'] as const;

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '3' },
    tasks: { type: 'string', default: '10' },
    only: { type: 'string', default: PARTS.join(',') },
    profiles: { type: 'string' },
    heap: { type: 'string' },
    instructions: { type: 'boolean', default: false },
    large: { type: 'boolean', default: false },
    json: { type: 'string' },
    compare: { type: 'string' },
  },
});
const parseCount = (text: string) => Math.max(1, Number.parseInt(text, 10) || 1);
const runs = parseCount(values.runs);
const wanted = new Set(values.only.split(','));
const say = (text: string) => void process.stderr.write(`${text}\n`);
const print = (text = '') => void process.stdout.write(`${text}\n`);

const before = values.compare === undefined ? null : reportSchema.parse(JSON.parse(readFileSync(values.compare, 'utf8')));
const figures = new Figures();
if (wanted.has('idle') || wanted.has('window') || values.profiles !== undefined || values.heap !== undefined)
  await buildDesktop();
if (wanted.has('polling')) measurePolling(figures);
if (wanted.has('hash')) await measureHash(runs, figures);
const uncounted = values.instructions ? countInstructions(figures) : null;
if (uncounted !== null) say(`the instructions of the hash are not counted: ${uncounted}`);
if (wanted.has('growth')) await measureGrowth(figures, values.large, say);
if (wanted.has('tasks')) await measureTasks({ tasks: parseCount(values.tasks), runs, figures, say });
if (wanted.has('idle')) await measureIdle(runs, figures);
if (values.profiles !== undefined) await measureProfiles(values.profiles.split(',').map(parseCount), figures, say);
if (values.heap !== undefined) await measureHeap(parseCount(values.heap), figures, say);
if (wanted.has('window')) await measureWindow(runs, figures);

const report: Report = {
  machine: `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}`,
  date: new Date().toISOString(),
  figures: figures.all(),
};
print(`${report.machine}; median of ${runs} ${runs === 1 ? 'run' : 'runs'} (min … max)`);
print();
for (const line of figureTable(report.figures)) print(line);
print();
for (const line of ratios(report.figures)) print(line);
if (before !== null) {
  print();
  print(`Against ${values.compare}, of ${before.date}:`);
  for (const line of comparisonTable(before, report)) print(line);
}
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`);

function ratios(measured: Record<string, Figure>): string[] {
  return Object.entries(OFFICIAL).flatMap(([name, official]) => {
    const figure = measured[name];
    if (figure === undefined) return [];
    const [least, most] = [Math.min(...figure.runs) / official, Math.max(...figure.runs) / official];
    const ratio = (median(figure.runs) / official).toFixed(2);
    return [`${name}: × ${ratio} (${least.toFixed(2)} … ${most.toFixed(2)}) of the official node's ${official}`];
  });
}
