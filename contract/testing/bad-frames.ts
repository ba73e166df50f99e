/** Invalid frames: fixed ones that once did harm, and generated ones with a fixed seed. */
import fc from 'fast-check';
import { MAX_REQUEST_LENGTH } from '../rpc-frames.ts';

const request = (change: object) => JSON.stringify({ i: '1', p: { u: '/app/info', b: { json: {} } }, ...change });

/** Text, by what is wrong with it. */
export const BAD_FRAMES: Readonly<Record<string, string>> = {
  empty: '',
  'half an object': '{',
  'a word': 'x',
  null: 'null',
  'a number': '1',
  'no fields': '{}',
  'a list': '[]',
  'half a frame': request({}).slice(0, 20),
  'two frames': `${request({})}${request({})}`,
  'no payload': '{"i":"1"}',
  'a payload of null': request({ p: null }),
  'no address': request({ p: {} }),
  'an invalid address': request({ p: { u: 'http://[' } }),
  'an address elsewhere': request({ p: { u: 'http://elsewhere.example/app/info' } }),
  'an address with two hosts': request({ p: { u: '//elsewhere.example/app/info' } }),
  'an address with parent folders': request({ p: { u: '/../app/info' } }),
  'an address with a query': request({ p: { u: '/app/info?data={' } }),
  'an address that is a number': request({ p: { u: 7 } }),
  'a method': request({ p: { u: '/app/info', m: 'GET' } }),
  'an unknown type': request({ t: 9 }),
  'an answer': request({ t: 2, p: { s: 200 } }),
  'an event': request({ t: 3, p: { e: 'message', d: 1 } }),
  'an event without a payload': request({ t: 3, p: null }),
  'a number for an id': request({ i: 1 }),
  'no id': request({ i: undefined }),
  'a long id': request({ i: 'i'.repeat(1_000) }),
  'an id that is an object': request({ i: { toString: 'x' } }),
  'a form': request({ p: { u: '/app/info', h: { 'content-type': 'multipart/form-data' } } }),
  'a form with a boundary': request({ p: { u: '/app/info', h: { 'content-type': 'multipart/form-data; boundary=x' }, b: 'x' } }),
  'a file': request({ p: { u: '/app/info', h: { 'content-disposition': 'attachment; filename="x"' } } }),
  'a stream': request({ p: { u: '/app/info', h: { 'content-type': 'text/event-stream' } } }),
  'headers that are text': request({ p: { u: '/app/info', h: 'x' } }),
  'a byte order mark': `\uFEFF${request({})}`,
  'a lone surrogate': '\uD800',
  'a zero': '\0',
  'very deep': '['.repeat(100_000),
  'a prototype': '{"__proto__":{"i":"1"}}',
};

export const TOO_LARGE_FRAME = request({ p: { u: '/app/info', b: 'x'.repeat(MAX_REQUEST_LENGTH) } });

const SEED = 20_261_129;

const payload = fc.oneof(
  fc.jsonValue(),
  fc.record({ u: fc.oneof(fc.webPath(), fc.webUrl(), fc.string(), fc.constant(null)), b: fc.jsonValue(), h: fc.jsonValue() }),
);
const jsonFrame = fc
  .record({ i: fc.jsonValue(), t: fc.oneof(fc.integer({ min: -1, max: 9 }), fc.jsonValue()), p: payload }, { requiredKeys: [] })
  .map((value) => JSON.stringify(value));
/** A good frame with a part cut out or inserted. */
const corruptedFrame = fc
  .tuple(fc.nat(60), fc.nat(20), fc.string({ maxLength: 4 }))
  .map(([at, length, put]) => `${request({}).slice(0, at)}${put}${request({}).slice(at + length)}`);

/** Most of them are bad; some are good by chance. */
export function randomFrames(count: number): readonly string[] {
  return fc.sample(fc.oneof(fc.string(), fc.json(), jsonFrame, corruptedFrame), { seed: SEED, numRuns: count });
}
