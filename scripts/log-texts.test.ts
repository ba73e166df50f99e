import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { logFacts, logSentence } from '../renderer/features/logs/log-text.ts';
import { logMessages } from '../renderer/i18n/zh-cn/log-messages.ts';
import { MADE_LINES } from '../renderer/testing/fixtures/logs.ts';
import { LIFE_ACTS, LIFE_OUTCOMES } from '../worker/life/life-log.ts';
import { ENGINE_ANSWERS, SENT_NOT_MINED, TASK_ACTS, TASK_OUTCOMES } from '../worker/loop/act-log.ts';
import { POLL_FAILURES } from '../worker/node/polls.ts';

const worker = path.resolve(import.meta.dirname, '..', 'worker');

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === 'testing' ? [] : sources(file);
    return entry.name.endsWith('.ts') && !entry.name.includes('.test.') ? [readFileSync(file, 'utf8')] : [];
  });
}

/** Every message that the worker's sources log literally. */
function literalMessages(): string[] {
  const calls = /\blog\??\.(?:debug|info|warn|error)\(\s*(?:\{[^;]*?\},\s*)?'([^']+)',?\s*\)/g;
  return sources(worker).flatMap((source) => [...source.matchAll(calls)].map(([, message]) => message ?? ''));
}

const maps = [TASK_ACTS, TASK_OUTCOMES, ENGINE_ANSWERS, LIFE_ACTS, LIFE_OUTCOMES, POLL_FAILURES];
const named = maps.flatMap((map) => Object.values(map)).filter((text) => text !== null);
const written: ReadonlySet<string> = new Set([...literalMessages(), ...named, SENT_NOT_MINED]);

const line = (message: string, details: object, code: string | null = null) => ({
  ...{ cursor: 0, atMs: 0, level: 'info' as const, task: null, message, code },
  details: JSON.stringify(details),
});

describe('the log', () => {
  it('has a Chinese text for every line that a node writes, and for no other', () => {
    expect(written.size).toBeGreaterThan(80);
    expect([...written].filter((message) => logMessages[message] === undefined)).toEqual([]);
    expect(Object.keys(logMessages).filter((message) => !written.has(message))).toEqual([]);
  });

  it('names act and outcome: no two acts, and no two outcomes, have the same text', () => {
    const acts = [...Object.values(TASK_ACTS), ...Object.values(LIFE_ACTS), ...named];
    for (const text of acts) expect(text).not.toMatch(/^(acting|telling the network|a poll failed)$/);
    const all = maps.flatMap((map) => Object.values(map).filter((text) => text !== null));
    expect(new Set(all).size).toBe(all.length);
  });

  it('of the made-up hosts contains only messages that the program writes', () => {
    expect(MADE_LINES.map(([, message]) => message).filter((message) => !written.has(message))).toEqual([]);
  });

  it('shows in its row how an act ended and why', () => {
    expect(logFacts(line('closing the task', { act: 'close', as: 'EndSuccess' }))).toEqual([{ name: 'as', value: 'EndSuccess' }]);
    expect(logFacts(line('closing the task', { as: 'notFound' }))).toEqual([{ name: 'unknownTask', value: 'notFound' }]);
    expect(logFacts(line('x', { reason: 'out of memory', failures: 1 }))).toEqual([{ name: 'reason', value: 'out of memory' }]);
    expect(logFacts(line('x', { modelId: 'base:a', seconds: 3, limitSeconds: 9, failures: 2 }))).toEqual([
      { name: 'model', value: 'base:a' },
      { name: 'tookOf', value: '3', limit: '9' },
      { name: 'failures', value: '2' },
    ]);
    expect(logFacts({ details: 'no JSON' })).toEqual([]);
  });

  it('says once what an error means', () => {
    const words = {
      messages: { 'a task cycle failed': '失败' },
      meaning: (code: string) => (code === 'KNOWN' ? 'it means this' : null),
    };
    const err = { message: 'raw words', code: 'KNOWN' };
    expect(logSentence(line('a task cycle failed', { err }, 'KNOWN'), words)).toEqual({ text: '失败', error: 'it means this' });
    // Logged with its own words only: the raw ones are behind the row.
    expect(logSentence(line('raw words', { err }, 'KNOWN'), words)).toEqual({ text: 'it means this', error: null });
    expect(logSentence(line('raw words', { code: 'KNOWN' }, 'KNOWN'), words)).toEqual({ text: 'it means this', error: null });
    expect(logSentence(line('others', { err }, 'STRANGE'), words)).toEqual({ text: 'others', error: null });
  });
});
