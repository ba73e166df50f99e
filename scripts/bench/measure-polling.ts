/**
 * Simulates what polling by the rhythm of starts gains, with the starts of a recorded relay and with starts without a
 * rhythm. The same for verdicts and their delays.
 */
import { RECORDED_STARTS, simulateMany } from '../../worker/testing/start-simulation.ts';
import { RECORDED_VERDICTS, simulateVerdicts } from '../../worker/testing/verdict-simulation.ts';
import { type Figures, mean, quantile } from './figures.ts';

export function measurePolling(figures: Figures): void {
  for (const [name, startsOf] of [
    ['recorded starts', () => RECORDED_STARTS],
    ['every second of them', (run: number) => RECORDED_STARTS.filter((_, i) => i === 0 || (i * 7 + run * 13) % 2 === 0)],
    ['starts at any time', anyTime],
  ] as const) {
    for (const learns of [false, true]) {
      const { waits, polls, ms } = simulateMany(startsOf, learns);
      const how = `${name}, ${learns ? 'polls by their rhythm' : 'even polls'}`;
      figures.add(`${how}: wait, mean`, 'ms', mean(waits));
      figures.add(`${how}: wait, 95 of 100`, 'ms', quantile(waits, 0.95));
      figures.add(`${how}: polls a second`, 'polls', (polls * 1_000) / ms);
    }
  }
  for (const learns of [false, true]) {
    const { waits, polls } = simulateVerdicts(RECORDED_VERDICTS, learns);
    const how = `recorded verdicts, ${learns ? 'one look by their delays' : 'a look a second'}`;
    figures.add(`${how}: wait, mean`, 'ms', mean(waits));
    figures.add(`${how}: polls a task`, 'polls', polls / waits.length);
  }
}

function anyTime(run: number): readonly number[] {
  let [seed, atMs] = [run + 1, 0];
  return Array.from({ length: 40 }, () => {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
    atMs += 600 + (seed % 30_000);
    return atMs;
  });
}
