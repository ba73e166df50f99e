import { expect, it } from 'vitest';
import type { ActQuestion } from '../contract/act-questions.ts';
import { askAtTerminal } from './ask-at-terminal.ts';
import type { Terminal } from './cli/terminal.ts';

const KEY = '0x627306090abaB3A6e1400e9345bC60c78a8BEf57';
const TARGET = '0x00000000000000000000000000000000DeaDBeef';
const EXPORT: ActQuestion = { name: 'exportKey', address: KEY, facts: {} };
const BENEFIT: ActQuestion = { name: 'setBenefitAddress', address: KEY, facts: { address: TARGET, mostGasWei: '1' } };

function at(ask: Terminal['ask']) {
  const said: string[] = [];
  const note = (text: string) => void said.push(text);
  const over = new AbortController();
  const person = askAtTerminal({ ask, note, out: note, signal: new AbortController().signal });
  return { said, over, person: (question: ActQuestion) => person(question, over.signal) };
}

it.each([
  [EXPORT, 'Ef57', true],
  [EXPORT, ' Ef57 ', true],
  [EXPORT, 'yes', false],
  [EXPORT, '', false],
  [BENEFIT, 'Ef57', false],
  [BENEFIT, 'beef', false],
])('%j, answered with %j: %s', async (question, answer, allowed) => {
  const questions: string[] = [];
  const { person } = at(async (asked) => {
    questions.push(asked);
    return answer;
  });
  expect(await person(question)).toBe(allowed);
  expect(questions).toEqual([expect.stringContaining(KEY)]);
});

it('shows the whole address that money will go to, the amount to the last wei, and that it is permanent', async () => {
  let shown = '';
  const { person } = at(async (asked) => {
    shown = asked;
    return TARGET.slice(-4);
  });
  expect(await person(BENEFIT)).toBe(true);
  for (const fact of [TARGET, '0.000000000000000001 CNX', 'cannot be undone', 'If it was not you, refuse']) {
    expect(shown).toContain(fact);
  }
});

it('without a terminal it is left to the command line, with all its facts', async () => {
  const { person, said } = at(null);
  expect(await person(BENEFIT)).toBeNull();
  expect(said).toEqual([expect.stringMatching(new RegExp(`${TARGET}[^]*crynux-node confirm`))]);
});

it('refuses a question whose time is over', async () => {
  const { person, over, said } = at(
    (_question, signal) => new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason))),
  );
  const asked = person(EXPORT);
  over.abort();
  expect(await asked).toBe(false);
  expect(said).toEqual(['No longer waiting for an answer here.']);
});
