import { describe, expect, it } from 'vitest';
import { lastWordsOf, reasonFrom } from './last-words.ts';

describe('the last output of an engine', () => {
  it('is the newest lines, limited in number and length', () => {
    const lines = Array.from({ length: 100 }, (_none, index) => `line ${index}`);
    expect(lastWordsOf(lines).split('\n')).toEqual(lines.slice(-40));
    const long = lastWordsOf([...Array.from({ length: 30 }, () => 'x'.repeat(1000)), 'the end']);
    expect(long).toHaveLength(4000);
    expect(long).toMatch(/^…x+[\s\S]*the end$/);
  });

  it('contains no secrets', () => {
    const text = lastWordsOf([
      'proxy http://me:hunter2@proxy.lan:3128 refused',
      'token=hf_abcdefghijklmnop',
      'using hf_abcdefghijklmnop for the hub',
      '\u001b[31mpassword: hunter2\u001b[0m',
      '',
    ]);
    expect(text).not.toMatch(/hunter2|hf_abc/);
    expect(text).not.toContain('\u001b');
    expect(text).toContain('http://[redacted]@proxy.lan:3128');
    expect(text.split('\n')).toHaveLength(4);
  });

  it.each([
    [
      'Traceback (most recent call last):\n  File "a.py", line 1\nModuleNotFoundError: No module named \'torch\'',
      "ModuleNotFoundError: No module named 'torch'",
    ],
    [
      'pydantic_core._pydantic_core.ValidationError: 1 validation error for Config\nlog.level\n  Input should be',
      'pydantic_core._pydantic_core.ValidationError: 1 validation error for Config',
    ],
    ['loading\nSegmentation fault', 'Segmentation fault'],
    ['', ''],
  ])('gives the reason: %#', (words, reason) => {
    expect(reasonFrom(words)).toBe(reason);
  });
});
