import { describe, expect, it } from 'vitest';
import { LEDGER_KINDS } from '../../../contract/money.ts';
import { NO_TASK_CONDITIONS, QOS_CHANGES, qosDifferenceSchema, qosExplanationSchema } from '../../../contract/standing.ts';
import { taskExecutionSchema, taskFileSchema, taskRowSchema, transitionViewSchema } from '../../../contract/tasks.ts';
import * as trust from '../../../contract/trust.ts';
import { nodeFilters } from '../../../protocol/node/selection.ts';
import { DEVIATIONS } from '../../../protocol/tasks/deviations.ts';
import { ABORT_REASON, TASK_STATUSES, TASK_TYPE } from '../../../protocol/tasks/status.ts';
import { TRANSITIONS } from '../../../protocol/tasks/transitions.ts';
import faults from '../../../worker/trust/fault.ts?raw';
import noTasks from '../../../worker/trust/no-tasks.ts?raw';
import onChain from '../../../worker/trust/no-tasks-chain.ts?raw';
import hardware from '../../../worker/trust/no-tasks-hardware.ts?raw';
import { en } from '../../i18n/en/index.ts';
import { zhCn } from '../../i18n/zh-cn/index.ts';

/** Every text below a key, as `path → text`. */
function textsOf(value: unknown, path = ''): [string, string][] {
  if (typeof value === 'string') return [[path, value]];
  return Object.entries(value ?? {}).flatMap(([key, inner]) => textsOf(inner, path === '' ? key : `${path}.${key}`));
}

const parameters = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1] ?? '').toSorted();

describe.each([
  ['English', en],
  ['Chinese', zhCn],
])('%s has a text for every code of', (_, { trust: words, tasks, common }) => {
  it.each([
    ['cases', trust.CASE_KINDS, words.kinds],
    ['faults', trust.FAULT_CODES, words.case.faults],
    ['parties', trust.faultSchema.shape.party.options, words.case.party],
    ['certainty', trust.faultSchema.shape.certainty.options, words.case.certainty],
    ['reviews', trust.reviewSchema.options.map((option) => option.shape.kind.value), words.case.review],
    ['local causes', trust.LOCAL_CAUSES, words.case.causes],
    ['kept files', trust.caseFileEntrySchema.shape.state.options, words.case.files.states],
    ['what members are known by', trust.groupMemberSchema.shape.knownBy.options, words.case.group.known],
    ['timelines', trust.TIMELINE_CODES, words.case.timeline],
    ['sources', trust.timelineEntrySchema.shape.source.options, words.case.source],
    ['deviations', Object.keys(DEVIATIONS), words.case.deviations],
    ['changes of the quality', QOS_CHANGES, words.qos.codes],
    ['numbers of the quality', qosDifferenceSchema.shape.number.options, words.qos.numbers],
    ['exclusion', qosExplanationSchema.shape.exclusion.shape.state.options, words.qos.exclusion],
    ['conditions', NO_TASK_CONDITIONS, words.conditions.ids],
    ['conditions with codes', NO_TASK_CONDITIONS, words.conditions.codes],
    ['filters of models', [...Object.keys(nodeFilters), 'baseModels'], words.conditions.filters],
    ['states', TASK_STATUSES, common.taskStatus],
    ['types', Object.keys(TASK_TYPE), common.taskType],
    ['abort reasons', Object.keys(ABORT_REASON), tasks.abortReason],
    ['what a node does about a task', taskRowSchema.shape.local.options, tasks.local],
    ['actors', [...new Set(TRANSITIONS.map((edge) => edge.actor))], tasks.actor],
    ['causes of a step', [...new Set(TRANSITIONS.map((edge) => edge.via))], tasks.via],
    ['sources of a step', transitionViewSchema.shape.source.options, tasks.source],
    ['outcomes', taskExecutionSchema.shape.outcome.unwrap().options, tasks.outcome],
    ['kinds of file', taskFileSchema.shape.kind.options, tasks.fileKind],
    ['task money', LEDGER_KINDS.filter((kind) => /^(task|group|refund).*(Payment|Share)$|^slash$/.test(kind)), tasks.ledger],
  ] as const)('%s', (_what, codes, texts) => {
    expect(codes.length).toBeGreaterThan(0);
    for (const code of codes) expect(texts, code).toHaveProperty(code);
  });

  it('the words in the sources of rules', () => {
    const written = [...`${faults}\n${noTasks}\n${hardware}\n${onChain}`.matchAll(/: '(this machine|\w+_PROTOCOL [^']*)'/g)];
    const parts = written.flatMap(([, source = '']) => source.split(', '));
    const found = parts
      .map((part) => part.replace(/^\w+_PROTOCOL [\d.]+ ?/, ''))
      .filter((part) => /^[A-Za-z][A-Za-z -]+$/.test(part));
    // The name of an event stays as it is.
    const named = [...new Set(found)].filter((part) => part !== 'NodeSlashed');
    expect(Object.keys(words.case.ruleWords).toSorted()).toEqual(named.toSorted());
  });

  it('the conditions of a node without tasks', () => {
    const { codes, changes } = emitted();
    for (const [id, list] of codes) for (const code of list) expect(words.conditions.codes, id).toHaveProperty([id, code]);
    for (const change of changes) expect(words.conditions.changes).toHaveProperty(change);
    // What is never shown needs no text.
    expect(Object.keys(words.conditions.changes).toSorted()).toEqual([...changes].toSorted());
    for (const [id, texts] of Object.entries(words.conditions.codes))
      expect(Object.keys(texts).toSorted(), id).toEqual([...(codes.get(id) ?? [])].toSorted());
  });
});

it('the source of a rule has no English words in Chinese', () => {
  for (const text of Object.values(zhCn.trust.case.ruleWords)) expect(text).not.toMatch(/[A-Za-z]{4}/);
});

it('both languages say the same things with the same parameters', () => {
  for (const room of ['trust', 'tasks', 'logs'] as const) {
    const chinese = new Map(textsOf(zhCn[room]));
    for (const [path, text] of textsOf(en[room])) {
      const other = chinese.get(path) ?? '';
      expect(other, path).not.toBe('');
      // A count of one may be a word in English.
      const missing = parameters(text).filter((name) => !parameters(other).includes(name));
      expect(missing, path).toEqual([]);
      const extra = parameters(other).filter((name) => name !== 'count' && !parameters(text).includes(name));
      expect(extra, path).toEqual([]);
    }
    expect(chinese.size).toBe(textsOf(en[room]).length);
  }
});

/** Codes by condition, and changes, from the node's own source. */
function emitted() {
  const source = `${noTasks}\n${hardware}\n${onChain}`;
  const codes = new Map<string, Set<string>>();
  let id = '';
  for (const [, key, value = ''] of source.matchAll(/\b(id|code): '(\w+)'/g)) {
    if (key === 'id') id = value;
    else codes.set(id, (codes.get(id) ?? new Set()).add(value));
  }
  const given = [...source.matchAll(/\bchange: '(\w+)'/g)].map((match) => match[1] ?? '');
  const chosen = [...source.matchAll(/const change = .*\? '(\w+)' : '(\w+)'/g)].flatMap((match) => [
    match[1] ?? '',
    match[2] ?? '',
  ]);
  expect([codes.size, chosen.length]).toEqual([NO_TASK_CONDITIONS.length, 4]);
  return { codes, changes: new Set([...given, ...chosen]) };
}
