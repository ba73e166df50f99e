import fc from 'fast-check';
import { expect, it } from 'vitest';
import { LOG_LEVELS, type LogLine } from '../../../contract/logs.ts';
import { addNewer, addOlder, EMPTY_LOG, MAX_LINES, readLogView, writeLogView } from './log-list.ts';

const line = (cursor: number): LogLine => ({
  cursor,
  atMs: cursor,
  level: 'info',
  message: '',
  code: null,
  task: null,
  details: '{}',
});
const lines = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => line(from + i));

it('grows at both ends without a gap or a duplicate line', () => {
  let list = addOlder(EMPTY_LOG, { lines: lines(50, 60), more: true });
  // Live lines may overlap with a page that was read meanwhile.
  list = addNewer(list, lines(58, 63).toReversed());
  list = addOlder(list, { lines: lines(45, 52), more: false });
  expect(list.lines.map(({ cursor }) => cursor)).toEqual(lines(45, 63).map(({ cursor }) => cursor));
  expect(list.more).toBe(false);
  expect(addNewer(list, lines(45, 63))).toBe(list);
});

it('drops the oldest lines instead of growing forever', () => {
  const list = addNewer(addOlder(EMPTY_LOG, { lines: lines(0, 10), more: false }), lines(10, MAX_LINES + 5));
  expect([list.lines.length, list.lines[0]?.cursor, list.more]).toEqual([MAX_LINES, 5, true]);
});

it('the URL keeps every view', () => {
  const view = fc.record({
    level: fc.constantFrom(...LOG_LEVELS),
    text: fc.string(),
    task: fc.oneof(fc.constant(null), fc.string()),
  });
  fc.assert(
    fc.property(view, (given) => {
      expect(readLogView(new URLSearchParams(writeLogView(given).toString()))).toEqual(given);
    }),
  );
  expect(readLogView(new URLSearchParams('level=loud'))).toEqual({ level: 'info', text: '', task: null });
});
