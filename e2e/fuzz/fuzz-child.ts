/**
 * Tries inputs until it is killed. The current input is in a file, so that the parent has it even if this process hangs
 * or dies. Arguments: seed, that file, then the targets' names.
 */
import { writeFileSync } from 'node:fs';
import { createChoices } from '../soak/choices.ts';
import { readCorpus } from './corpus.ts';
import { mutate } from './mutate.ts';
import { isTarget, TARGETS, type TargetName } from './targets.ts';
import { tryInput } from './try-input.ts';

export interface TargetResult {
  readonly target: TargetName;
  readonly inputs: number;
  readonly refused: number;
  readonly findings: readonly { readonly kind: 'uncoded' | 'slow'; readonly why: string; readonly input: string }[];
}

const TURN_MS = 250;
const [seed = '0', currentFile = '', ...names] = process.argv.slice(2);
const choices = createChoices(Number(seed));
const corpus = Map.groupBy(readCorpus(), ({ target }) => target);

for (const name of cycle(names)) {
  if (!isTarget(name)) throw new Error(`there is no target ${name}`);
  const seeds = (corpus.get(name) ?? []).map(({ bytes }) => bytes);
  const findings: TargetResult['findings'][number][] = [];
  const kinds = { inputs: 0, refused: 0 };
  const end = performance.now() + TURN_MS;
  while (performance.now() < end) {
    const input = mutate(choices.oneOf(seeds), choices.oneOf(seeds), choices);
    writeFileSync(currentFile, `${name}\n${Buffer.from(input).toString('base64')}`);
    const ending = await tryInput(TARGETS[name], input);
    kinds.inputs += 1;
    if (ending.kind === 'refused') kinds.refused += 1;
    if (ending.kind === 'uncoded' || ending.kind === 'slow') {
      findings.push({ kind: ending.kind, why: ending.why, input: Buffer.from(input).toString('base64') });
    }
  }
  await new Promise((resolve) => process.send?.({ target: name, ...kinds, findings } satisfies TargetResult, resolve));
}

function* cycle<Item>(items: readonly Item[]): Generator<Item> {
  for (;;) yield* items;
}
