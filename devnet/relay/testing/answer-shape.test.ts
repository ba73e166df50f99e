import { describe, expect, it } from 'vitest';
import { answerDifferences, type ComparedAnswer, formatOf } from './answer-shape.ts';

const answer = (body: unknown, about: Partial<ComparedAnswer> = {}): ComparedAnswer => ({
  status: 200,
  contentType: 'application/json; charset=utf-8',
  body,
  ...about,
});
const data = (value: unknown) => answer({ message: 'success', data: value });

describe('the comparison of answers', () => {
  it.each([
    [1_795_909_000, 'unix seconds'],
    [7, 'number'],
    ['2026-11-28T23:32:31.5Z', 'RFC 3339'],
    ['400000000000000000000', 'decimal text'],
    ['0x9b87fD1dde41C3805Fe579673c2f9f03C04edAb1', 'address'],
    ['0xaa', 'hex'],
    ['{"a":1}', 'JSON text'],
    ['', 'empty text'],
    ['text', 'text'],
    [null, 'null'],
    [[], 'array'],
    [true, 'boolean'],
  ])('detects a change of %j', (value, format) => {
    expect(formatOf(value)).toBe(format);
  });

  it('accepts other values of the same form', () => {
    const real = data([
      { id: 2, created_at: 1_795_909_000, amount: '12' },
      { id: 1, created_at: 1_795_908_000, amount: '7' },
    ]);
    const ours = data([
      { id: 9, created_at: 1_767_225_600, amount: '1' },
      { id: 3, created_at: 1_767_225_000, amount: '2' },
    ]);
    expect(answerDifferences(real, ours)).toEqual([]);
  });

  it.each([
    ['the status', answer(null, { status: 401 }), answer(null, { status: 400 })],
    ['the content type', answer('x', { contentType: 'text/plain' }), answer('x')],
    ['the name of a file', answer('x', { disposition: 'attachment; filename=0.png' }), answer('x')],
    ['a word of a refusal', answer({ message: 'a' }, { status: 400 }), answer({ message: 'b' }, { status: 400 })],
    ['the envelope', answer({ data: 1 }), data(1)],
    ['a missing field', data({ a: 1, b: 1 }), data({ a: 1 })],
    ['an extra field', data({ a: 1 }), data({ a: 1, b: 1 })],
    ['text instead of a number', data({ a: 1 }), data({ a: '1' })],
    ['RFC 3339 instead of unix seconds', data({ at: 1_795_909_000 }), data({ at: '2026-11-28T23:32:31Z' })],
    ['an empty list instead of null', data(null), data([])],
    ['rows instead of none', data([]), data([{ id: 1 }])],
    ['the order', data([{ id: 1 }, { id: 2 }]), data([{ id: 2 }, { id: 1 }])],
    ['the form of a row', data([{ id: 1 }]), data([{ id: '1' }])],
    ['a row among others', data([{ id: 1 }, { id: 2 }]), data([{ id: 1 }, { id: 2, more: true }])],
    ['a state', data({ status: 9 }), data({ status: 8 })],
    ['JSON inside text', data([{ type: 'A', args: '{"a":"1"}' }]), data([{ type: 'A', args: '{"a":1}' }])],
  ])('finds %s', (_, real, ours) => {
    expect(answerDifferences(real, ours)).toHaveLength(1);
  });

  it('matches rows with optional fields to any row with the same fields', () => {
    const real = data([{ id: 1 }, { id: 2, rank: 1 }]);
    expect(answerDifferences(real, data([{ id: 4, rank: 3 }, { id: 5 }]))).toEqual([]);
  });
});
