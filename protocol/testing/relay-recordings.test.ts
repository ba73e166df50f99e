import { describe, expect, it } from 'vitest';
import {
  answerBytes,
  isSuccess,
  parseRelayRecording,
  RELAY_ROUTES,
  readRelayRecordings,
  recordingFile,
} from './relay-recordings.ts';

const exchange = {
  name: 'ok',
  at: '2026-11-28T23:30:41.374Z',
  request: { path: '/v1/now' },
  status: 200,
  contentType: null,
  body: null,
};
const recording = { route: '/v1/now', method: 'GET', source: 'a relay', exchanges: [exchange] };

describe('the recorded exchanges with the real relay', () => {
  it('are read completely, one file for every route', () => {
    const recordings = readRelayRecordings();
    expect(recordings.map(({ key }) => key).toSorted()).toEqual([...RELAY_ROUTES].toSorted());
    expect(recordings.flatMap(({ exchanges }) => exchanges).length).toBeGreaterThanOrEqual(711);
  });

  it('contain answers marked as success or refusal, with their bytes or their length', () => {
    for (const { exchanges } of readRelayRecordings()) {
      for (const one of exchanges) {
        expect(isSuccess(one)).toBe(one.status < 300);
        const bytes = answerBytes(one);
        if (bytes === null) expect(one.bytes).toBeGreaterThan(0);
        else expect(bytes.length === 0).toBe(one.empty === true);
      }
    }
  });

  it.each([
    ['an unknown route', 'GET__v9_now.json', { ...recording, route: '/v9/now' }],
    ['another method', 'POST__v1_now.json', { ...recording, method: 'POST' }],
    ["another route's file", 'GET__v1_network.json', recording],
    ['an unknown field', 'GET__v1_now.json', { ...recording, headers: {} }],
    ['an unknown field of an exchange', 'GET__v1_now.json', { ...recording, exchanges: [{ ...exchange, trailers: {} }] }],
    ['a request without a path', 'GET__v1_now.json', { ...recording, exchanges: [{ ...exchange, request: {} }] }],
    ['no exchange', 'GET__v1_now.json', { ...recording, exchanges: [] }],
  ])('refuse %s', (_, file, value) => {
    expect(() => parseRelayRecording(file, JSON.stringify(value))).toThrow();
  });

  it('give a long number as it was sent', () => {
    const raw = '{"message":"success","data":{"wei":123456789012345678901234567890}}';
    const [one] = parseRelayRecording(
      'GET__v1_now.json',
      JSON.stringify({ ...recording, exchanges: [{ ...exchange, raw }] }),
    ).exchanges;
    expect(one && new TextDecoder().decode(answerBytes(one) ?? undefined)).toBe(raw);
  });

  it('are named after method and route', () => {
    expect(recordingFile('GET', '/')).toBe('GET_.json');
    expect(recordingFile('DELETE', '(unknown route)')).toBe('DELETE__unknown_route.json');
    expect(recordingFile('GET', '/v2/node/:address/qos/tracing')).toBe('GET__v2_node_ADDRESS_qos_tracing.json');
  });
});
