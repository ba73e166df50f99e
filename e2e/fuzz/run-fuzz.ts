/** Runs the fuzzing child for a while, restarts it if an input ended it, and collects the findings. */
import { fork } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createChoices } from '../soak/choices.ts';
import type { TargetResult } from './fuzz-child.ts';
import { isTarget, TARGETS, type TargetName } from './targets.ts';

interface Finding {
  readonly target: TargetName;
  /** `ended`: the process died; `endless`: it did not finish. */
  readonly kind: 'uncoded' | 'slow' | 'ended' | 'endless';
  readonly why: string;
  readonly input: Uint8Array;
}

export interface FuzzReport {
  readonly seed: number;
  readonly seconds: number;
  readonly targets: Readonly<Record<TargetName, { readonly inputs: number; readonly refused: number }>>;
  readonly findings: readonly Finding[];
}

export interface FuzzOptions {
  readonly seconds: number;
  readonly seed: number;
  readonly targets?: readonly TargetName[];
}

const CHILD = fileURLToPath(new URL('./fuzz-child.ts', import.meta.url));
/** A turn is a quarter of a second; a child that is silent for this long hangs, even on a loaded machine. */
const SILENCE_MS = 60_000;
/** Of one kind in one target; more of them would not be informative. */
const MAX_ALIKE = 3;

export async function runFuzz({
  seconds,
  seed,
  targets = Object.keys(TARGETS) as TargetName[],
}: FuzzOptions): Promise<FuzzReport> {
  const folder = await mkdtemp(join(tmpdir(), 'crynux-fuzz-run-'));
  const current = join(folder, 'current');
  const counts = Object.fromEntries(targets.map((name) => [name, { inputs: 0, refused: 0 }])) as Record<
    TargetName,
    { inputs: number; refused: number }
  >;
  const findings: Finding[] = [];
  const seeds = createChoices(seed);
  const startedMs = performance.now();
  const leftMs = () => seconds * 1_000 - (performance.now() - startedMs);

  function add(finding: Finding): void {
    const alike = findings.filter(
      ({ target, kind, why }) => target === finding.target && kind === finding.kind && why === finding.why,
    );
    if (alike.length < MAX_ALIKE) findings.push(finding);
  }

  function addResult({ target, inputs, refused, findings: found }: TargetResult): void {
    counts[target].inputs += inputs;
    counts[target].refused += refused;
    for (const { kind, why, input } of found) add({ target, kind, why, input: new Uint8Array(Buffer.from(input, 'base64')) });
  }

  async function lastInput(kind: 'ended' | 'endless', why: string): Promise<void> {
    const [target = '', input = ''] = (await readFile(current, 'utf8').catch(() => '')).split('\n');
    if (!isTarget(target)) throw new Error(`the fuzzing process ${why}, and it is not known in which target`);
    add({ target, kind, why, input: new Uint8Array(Buffer.from(input, 'base64')) });
  }

  try {
    while (leftMs() > 0) {
      const childSeed = Math.floor(seeds.fraction() * 2 ** 32);
      const child = fork(CHILD, [String(childSeed), current, ...targets], {
        execArgv: ['--disable-warning=ExperimentalWarning'],
        stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      });
      const ended = Promise.withResolvers<'over' | 'silent' | 'gone'>();
      const over = setTimeout(() => ended.resolve('over'), leftMs());
      let silence = setTimeout(() => ended.resolve('silent'), SILENCE_MS);
      child.on('message', (message: TargetResult) => {
        clearTimeout(silence);
        silence = setTimeout(() => ended.resolve('silent'), SILENCE_MS);
        addResult(message);
      });
      const exit = new Promise<string>((resolve) => child.once('exit', (code, signal) => resolve(`ended (${signal ?? code})`)));
      void exit.then(() => ended.resolve('gone'));
      const how = await ended.promise;
      clearTimeout(over);
      clearTimeout(silence);
      child.kill('SIGKILL');
      const why = await exit;
      if (how === 'silent') await lastInput('endless', `was silent for ${SILENCE_MS / 1_000} s`);
      if (how === 'gone') await lastInput('ended', why);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return { seed, seconds: Math.round((performance.now() - startedMs) / 1_000), targets: counts, findings };
}
