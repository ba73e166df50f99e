import { expect, it } from 'vitest';
import { ManualClock } from '../protocol/ports.ts';
import { askAtTerminal } from './ask-at-terminal.ts';
import type { Terminal } from './cli/terminal.ts';

const ACT = { name: 'exportKey', address: '0x627306090abaB3A6e1400e9345bC60c78a8BEf57' } as const;

function at(ask: Terminal['ask']) {
  const said: string[] = [];
  const clock = new ManualClock(0);
  const note = (text: string) => void said.push(text);
  return {
    said,
    clock,
    person: askAtTerminal({ clock, terminal: { ask, note, out: note, signal: new AbortController().signal } }),
  };
}

it.each([
  ['Ef57', true],
  [' Ef57 ', true],
  ['yes', false],
  ['', false],
])('the answer %j to what is shown whole means %s', async (answer, allowed) => {
  const questions: string[] = [];
  const { person } = at(async (question) => {
    questions.push(question);
    return answer;
  });
  expect(await person(ACT)).toBe(allowed);
  expect(questions).toEqual([expect.stringContaining(ACT.address)]);
});

it('without a terminal it is refused, and said', async () => {
  const { person, said } = at(null);
  expect(await person(ACT)).toBe(false);
  expect(said).toEqual([expect.stringContaining('refused')]);
});

it('a question that nobody answers is refused in the end, and another one meanwhile at once', async () => {
  const { person, clock, said } = at(
    (_question, signal) => new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason))),
  );
  const first = person(ACT);
  expect(await person(ACT)).toBe(false);
  await clock.tick(120_000);
  expect(await first).toBe(false);
  expect(said).toEqual(['Nobody has answered; it was refused.']);
});
