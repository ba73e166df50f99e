import { expect, it } from 'vitest';
import type { ActQuestion } from '../../contract/act-questions.ts';
import { ManualClock } from '../../protocol/ports.ts';
import { ACT_EXPIRES_MS, ACT_PAUSE_MS, type AskPerson, createPendingActs } from './pending-acts.ts';

const QUESTION: ActQuestion = { name: 'setBenefitAddress', address: '0xaa', facts: { address: '0xbb' } };

function openActs(ask: AskPerson) {
  const clock = new ManualClock(1_000);
  let next = 0;
  const random = { bytes: (count: number) => new Uint8Array(count).fill(next++), fraction: () => 0 };
  return { clock, desk: createPendingActs({ ask, clock, random }) };
}
const nobody: AskPerson = async () => null;
const silent: AskPerson = (_question, signal) =>
  new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));

it.each([true, false])('the person who is asked decides: %s', async (word) => {
  const { desk: acts } = openActs(async (question) => {
    expect(question).toEqual(QUESTION);
    return word;
  });
  expect(await acts.ask(QUESTION)).toBe(word);
  expect(acts.pending()).toEqual([]);
});

it.each([
  ['nobody', nobody],
  ['somebody who does not answer', silent],
])('with %s to ask, the command line confirms one act, and only once', async (_who, ask) => {
  const { desk: acts } = openActs(ask);
  const asked = acts.ask(QUESTION);
  const [waiting] = acts.pending();
  expect(waiting).toEqual({ id: expect.any(String), question: QUESTION, leftMs: ACT_EXPIRES_MS });
  const id = waiting?.id ?? '';
  expect(() => acts.confirm('another')).toThrow(expect.objectContaining({ code: 'ACT_NOT_PENDING' }));
  acts.confirm(id);
  expect(await asked).toBe(true);
  expect(() => acts.confirm(id)).toThrow(expect.objectContaining({ code: 'ACT_NOT_PENDING' }));
  // The next request is a separate act with its own number.
  void acts.ask(QUESTION);
  expect(acts.pending()[0]?.id).not.toBe(id);
});

it('an act that nobody answers is refused when its time is up, and the question is withdrawn', async () => {
  let withdrawn = false;
  const { clock, desk: acts } = openActs((_question, signal) => {
    signal.addEventListener('abort', () => {
      withdrawn = true;
    });
    return Promise.resolve(null);
  });
  const asked = acts.ask(QUESTION);
  await clock.tick(ACT_EXPIRES_MS);
  expect(await asked).toBe(false);
  expect(withdrawn).toBe(true);
  expect(acts.pending()).toEqual([]);
});

it('a question is withdrawn when nobody is waiting for it any more, and another can be asked after a pause', async () => {
  const { clock, desk: acts } = openActs(silent);
  const gone = new AbortController();
  const asked = acts.ask(QUESTION, gone.signal);
  expect(acts.pending()).toHaveLength(1);
  gone.abort();
  expect(await asked).toBe(false);
  expect(acts.pending()).toEqual([]);
  // A click on the first question must not answer another one.
  await clock.tick(ACT_PAUSE_MS - 1);
  const early = acts.ask({ ...QUESTION, facts: { address: '0xcc' } });
  expect(acts.pending()).toEqual([]);
  expect(await early).toBe(false);
  await clock.tick(1);
  expect(await acts.ask(QUESTION, gone.signal)).toBe(false);
  const next = acts.ask(QUESTION);
  acts.confirm(acts.pending()[0]?.id ?? '');
  expect(await next).toBe(true);
});

it('a second act is refused at once while one is pending, so that nobody answers a question they have not read', async () => {
  const { desk: acts } = openActs(nobody);
  const first = acts.ask(QUESTION);
  expect(await acts.ask({ ...QUESTION, facts: { address: '0xcc' } })).toBe(false);
  acts.confirm(acts.pending()[0]?.id ?? '');
  expect(await first).toBe(true);
});

it('a question that cannot be asked is refused', async () => {
  const { desk: acts } = openActs(async () => {
    throw new Error('no display');
  });
  expect(await acts.ask(QUESTION)).toBe(false);
});
