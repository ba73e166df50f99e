import { describe, expect, it } from 'vitest';
import { parseDemoOptions, UsageError } from './options.ts';

describe('parseDemoOptions', () => {
  it.each([
    [[], { mode: 'serve', json: false }],
    [['--once'], { mode: 'once', json: false }],
    [['--once', '--json'], { mode: 'once', json: true }],
    [['--live'], { mode: 'live', json: false }],
  ] as const)('reads %j', (argv, expected) => {
    expect(parseDemoOptions(argv)).toEqual(expected);
  });

  it.each([[['--wat']], [['--once', '--live']], [['--json', '--live']], [['extra']]])('refuses %j', (argv) => {
    expect(() => parseDemoOptions(argv)).toThrow(UsageError);
  });

  it('knows help', () => {
    expect(parseDemoOptions(['-h'])).toBe('help');
  });
});
