import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { selfTestViewSchema } from '../../contract/gpu.ts';
import { GPU_MIGRATIONS } from './gpu-database.ts';
import { type SelfTestKey, selfTestProblem, selfTestState, selfTestView } from './self-test.ts';
import { SelfTestStore } from './self-test-store.ts';
import { composedUuid } from './testing/compose.ts';

const KEY: SelfTestKey = {
  cards: [composedUuid(0)],
  driver: '595.84',
  engineKind: 'official',
  engineVersion: '3.5.0',
  modelId: 'base:qwen/qwen3-8b',
  reference: 'llm-1',
};
const NEW_DRIVER = { ...KEY, driver: '600.10' };
const OLD_SCORE = `0x${'aa'.repeat(32)}`;
const NEW_SCORE = `0x${'bb'.repeat(32)}`;

/** A node's tests in chronological order. */
class History {
  readonly database = new DatabaseSync(':memory:');
  readonly store: SelfTestStore;
  #nowMs = 0;

  constructor() {
    this.database.exec(GPU_MIGRATIONS.join(''));
    this.store = new SelfTestStore(this.database);
  }

  scored(key: SelfTestKey, score: string): this {
    this.store.record(key, { kind: 'scored', score, seconds: 12.5 }, ++this.#nowMs);
    return this;
  }

  failed(key: SelfTestKey): this {
    this.store.record(key, { kind: 'failed', detail: 'CUDA out of memory' }, ++this.#nowMs);
    return this;
  }

  decides(key: SelfTestKey, verdict: 'accepted' | 'rejected'): this {
    const state = this.state(key);
    if (state.kind !== 'changed') throw new Error(`nothing to decide: ${state.kind}`);
    this.store.decide(state.record, verdict, ++this.#nowMs);
    return this;
  }

  state(key: SelfTestKey) {
    const state = selfTestState(key, this.store.history());
    const view = selfTestView(state);
    expect(selfTestViewSchema.parse(view)).toEqual(view);
    expect(view.problem === null).toBe(state.kind === 'passed');
    return state;
  }

  kind(key: SelfTestKey): string {
    return this.state(key).kind;
  }
}

describe('when a test is due', () => {
  it('at first, and never again while nothing changes', () => {
    const history = new History();
    expect(history.state(KEY)).toEqual({ kind: 'due', changed: [] });
    expect(history.scored(KEY, OLD_SCORE).state(KEY)).toMatchObject({ kind: 'passed', record: { outcome: { seconds: 12.5 } } });
  });

  it.each([
    ['the driver', NEW_DRIVER, ['driver']],
    ['the card', { ...KEY, cards: [composedUuid(1)] }, ['cards']],
    ['a card more', { ...KEY, cards: [composedUuid(0), composedUuid(1)] }, ['cards']],
    ['the engine', { ...KEY, engineVersion: '3.6.0' }, ['engineVersion']],
    ['all of it', { ...NEW_DRIVER, cards: [], engineVersion: '4.0.0' }, ['cards', 'driver', 'engineVersion']],
    ['another model', { ...KEY, modelId: 'base:other' }, []],
    ['another reference task', { ...KEY, reference: 'llm-2' }, []],
    ['another kind of engine', { ...KEY, engineKind: 'embedded' as const }, []],
  ])('after a change of %s', (_what, key, changed) => {
    const history = new History().scored(KEY, OLD_SCORE);
    expect(history.state(key)).toEqual({ kind: 'due', changed });
    expect(selfTestProblem(history.state(key))?.code).toBe('GPU_SELF_TEST_DUE');
  });

  it('after going back, too; compared with the result accepted then', () => {
    const history = new History().scored(KEY, OLD_SCORE).scored(NEW_DRIVER, NEW_SCORE).decides(NEW_DRIVER, 'accepted');
    expect(history.kind(NEW_DRIVER)).toBe('passed');
    expect(history.kind(KEY)).toBe('due');
    expect(history.scored(KEY, OLD_SCORE).kind(KEY)).toBe('passed');
  });
});

describe('a changed result', () => {
  const changed = () => new History().scored(KEY, OLD_SCORE).scored(NEW_DRIVER, NEW_SCORE);

  it('stops the node and reports what changed', () => {
    const state = changed().state(NEW_DRIVER);
    expect(state).toMatchObject({ kind: 'changed', changed: ['driver'] });
    expect(selfTestProblem(state)).toMatchObject({
      code: 'GPU_SELF_TEST_CHANGED',
      detail: `${NEW_SCORE}, accepted was ${OLD_SCORE}`,
    });
    expect(selfTestView(state)).toMatchObject({ score: NEW_SCORE, expectedScore: OLD_SCORE });
  });

  it('resumes the node once the host accepts it, and is then the baseline for later tests', () => {
    const history = changed().decides(NEW_DRIVER, 'accepted');
    expect(history.kind(NEW_DRIVER)).toBe('passed');
    const later = { ...NEW_DRIVER, driver: '610.00' };
    expect(history.scored(later, NEW_SCORE).kind(later)).toBe('passed');
  });

  it('stays rejected if the host rejects it, even after another run with the same result', () => {
    const history = changed().decides(NEW_DRIVER, 'rejected');
    expect(selfTestProblem(history.state(NEW_DRIVER))?.code).toBe('GPU_SELF_TEST_REJECTED');
    expect(history.scored(NEW_DRIVER, NEW_SCORE).kind(NEW_DRIVER)).toBe('changed');
  });

  it('is not fixed by a repetition with the old result: the engine is then unstable', () => {
    const history = changed().scored(NEW_DRIVER, OLD_SCORE);
    expect(history.state(NEW_DRIVER)).toMatchObject({ kind: 'changed', record: { outcome: { score: NEW_SCORE } } });
  });

  it('with an unchanged combination is detected as well', () => {
    expect(new History().scored(KEY, OLD_SCORE).scored(KEY, NEW_SCORE).state(KEY)).toMatchObject({
      kind: 'changed',
      changed: [],
    });
  });

  it('each different result needs its own decision', () => {
    const third = `0x${'cc'.repeat(32)}`;
    const history = changed().scored(NEW_DRIVER, third).decides(NEW_DRIVER, 'accepted');
    expect(history.state(NEW_DRIVER)).toMatchObject({ kind: 'changed', record: { outcome: { score: NEW_SCORE } } });
    history.decides(NEW_DRIVER, 'rejected');
    expect(history.state(NEW_DRIVER)).toMatchObject({ kind: 'passed', record: { outcome: { score: third } } });
  });
});

describe('a failed test', () => {
  it('stops the node until one succeeds, and is no baseline', () => {
    const history = new History().failed(KEY);
    expect(selfTestProblem(history.state(KEY))).toMatchObject({ code: 'GPU_SELF_TEST_FAILED', detail: 'CUDA out of memory' });
    expect(history.scored(KEY, OLD_SCORE).kind(KEY)).toBe('passed');
    expect(history.failed(KEY).kind(KEY)).toBe('failed');
    expect(history.scored(KEY, NEW_SCORE).kind(KEY)).toBe('changed');
  });
});

it('the node never passes with a result that is neither the first of its kind nor accepted by the host', () => {
  const keys = [KEY, NEW_DRIVER, { ...KEY, cards: [composedUuid(1)] }];
  const steps = fc.array(
    fc.record({ key: fc.constantFrom(...keys), what: fc.constantFrom('old', 'new', 'third', 'fail', 'accept', 'reject') }),
    { maxLength: 15 },
  );
  fc.assert(
    fc.property(steps, (given) => {
      const history = new History();
      const good = new Set<string>();
      for (const { key, what } of given) {
        const before = history.state(key);
        if (what === 'accept' || what === 'reject') {
          if (before.kind !== 'changed') continue;
          if (what === 'accept') good.add(before.record.outcome.score);
          history.decides(key, what === 'accept' ? 'accepted' : 'rejected');
        } else if (what === 'fail') history.failed(key);
        else {
          if (good.size === 0) good.add(what);
          history.scored(key, what);
        }
        for (const one of keys) {
          const state = history.state(one);
          if (state.kind === 'passed') expect(good).toContain(state.record.outcome.score);
        }
      }
    }),
  );
});
