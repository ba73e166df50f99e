import { describe, expect, it } from 'vitest';
import { parseDemoOptions, UsageError } from './options.ts';

describe('parseDemoOptions', () => {
  it.each([
    [[], { mode: 'serve', json: false, network: 'relay' }],
    [['--once'], { mode: 'once', json: false, network: 'relay' }],
    [['--once', '--json'], { mode: 'once', json: true, network: 'relay' }],
    [['--chain', '--once', '--json'], { mode: 'once', json: true, network: 'chain' }],
    [['--live'], { mode: 'live', json: false, network: 'relay' }],
  ] as const)('reads %j', (argv, expected) => {
    expect(parseDemoOptions(argv)).toEqual(expected);
  });

  it.each([[['--wat']], [['--once', '--live']], [['--json', '--live']], [['extra']]])('refuses %j', (argv) => {
    expect(() => parseDemoOptions(argv)).toThrow(UsageError);
  });

  it('knows --help', () => {
    expect(parseDemoOptions(['-h'])).toBe('help');
  });
});
