import { expect, it } from 'vitest';
import { lastLine } from './last-line.ts';

it('states the error of a traceback, at a limited length', () => {
  expect(lastLine('Traceback (most recent call last):\n  File "x.py"\n  ValueError: no model \n\n')).toBe('ValueError: no model');
  expect(lastLine('')).toBe('');
  expect(lastLine(`first\n${'x'.repeat(1_000)}`)).toBe('x'.repeat(500));
});
