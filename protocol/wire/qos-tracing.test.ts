import { expect, it } from 'vitest';
import { qosTracingSchema } from './qos-tracing.ts';

const EVENT = {
  timestamp: '2026-01-01T00:00:10Z',
  node_address: '0x1',
  event_type: 'task_timeout_penalty',
  qos_long_before: 0.5,
  qos_long_after: 0.5,
  qos_short_before: 1,
  qos_short_after: 0.95,
  qos_before: 0.5,
  qos_after: 0.475,
};
const read = (...events: object[]) => qosTracingSchema.parse({ node_address: '0x1', max_task_events: 50, events }).events;

it('reads times in each of the relay’s notations, and sorts by them', () => {
  const [first, second, third] = read({ ...EVENT, timestamp: 1_767_225_612_000 }, { ...EVENT, timestamp: 1_767_225_611 }, EVENT);
  expect([first?.atMs, second?.atMs, third?.atMs]).toEqual([1_767_225_610_000, 1_767_225_611_000, 1_767_225_612_000]);
});

it('reads missing, null and empty fields as not stated, and keeps an event of an unknown kind', () => {
  for (const [commitment, score] of [
    [undefined, undefined],
    [null, null],
    ['', null],
  ]) {
    const [event] = read({ ...EVENT, event_type: 'something_new', task_id_commitment: commitment, task_qos_score: score });
    expect(event).toMatchObject({ event: 'something_new', commitment: null, taskScore: null, rank: null });
  }
  expect(qosTracingSchema.parse({ node_address: '0x1', max_task_events: 50, events: null }).events).toEqual([]);
});

it('refuses an invalid time', () => {
  expect(() => read({ ...EVENT, timestamp: 'yesterday' })).toThrow('must be a time');
});
