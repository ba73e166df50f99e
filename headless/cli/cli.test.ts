import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { ManualClock } from '../../protocol/ports.ts';
import { HEADLESS_ERRORS } from '../errors.ts';
import { writeAddress } from '../rpc/address-file.ts';
import { runCli } from './cli.ts';
import { confirmationId, requireConfirmation } from './confirm.ts';
import { EXIT, exitCodeOf } from './exit-codes.ts';
import type { Terminal } from './terminal.ts';

let dataDir: string;

beforeEach(() => {
  dataDir = mkdtempSync(path.join(tmpdir(), 'cli-'));
  onTestFinished(() => rmSync(dataDir, { recursive: true }));
});

function terminal(answer: string | null = null) {
  const said = { out: '', note: '' };
  const made: Terminal = {
    out: (text) => {
      said.out += `${text}\n`;
    },
    note: (text) => {
      said.note += `${text}\n`;
    },
    ask: answer === null ? null : async () => answer,
    signal: new AbortController().signal,
  };
  return { said, terminal: made };
}

async function cli(...argv: string[]) {
  const { said, terminal: made } = terminal();
  const code = await runCli(argv, { terminal: made, clock: new ManualClock(0) });
  return { code, ...said };
}

describe('the command line', () => {
  it.each([
    [['--version'], EXIT.ok],
    [['tasks', '--help'], EXIT.ok],
    [[], EXIT.usage],
    [['dance'], EXIT.usage],
    [['tasks', '--limit', '0'], EXIT.usage],
    [['tasks', '--limit', '1e2'], EXIT.usage],
    [['serve', '--port', '70000'], EXIT.usage],
    [['serve', '--grace', '-1'], EXIT.usage],
    [['run', '--metrics-port', '65536'], EXIT.usage],
    [['run', '--metrics-host', '10.0.0.1'], EXIT.usage],
    [['run', '--metrics-port', '0', '--metrics-token-file', '/not/there'], EXIT.usage],
    [['drain', '--timeout', 'soon'], EXIT.usage],
    [['drain', '--data', '/not/there'], EXIT.notReachable],
    [['stake', '--set', '-1'], EXIT.usage],
    [['beneficial-address', 'set', `0x${'0'.repeat(40)}`, '--permanent', '--data', '/not/there'], EXIT.notReachable],
    [['beneficial-address', 'set', `0x${'0'.repeat(40)}`, '--for-ever', '--data', '/not/there'], EXIT.notReachable],
    [['withdraw', '0.0000000000000000001'], EXIT.usage],
    [['earnings', '--per', 'year'], EXIT.usage],
    [['key', 'export', '0x12', 'file', '--passphrase', 'secret'], EXIT.usage],
  ])('%j ends with %i', async (argv, code) => {
    expect((await cli(...argv)).code).toBe(code);
  });

  it('names the former spelling of an option nowhere', async () => {
    const { out } = await cli('beneficial-address', 'set', '--help');
    expect(out).toContain('--permanent');
    expect(out).not.toContain('--for-ever');
  });

  it('has no option that takes a secret', async () => {
    for (const argv of [
      ['key', 'create'],
      ['key', 'import'],
      ['key', 'unlock'],
      ['key', 'export'],
    ]) {
      const options = (await cli(...argv, '--help')).out.match(/--[\w-]+ <\w+>/g) ?? [];
      const secrets = options.filter((option) => /pass|secret|word|private/.test(option));
      expect(secrets.length).toBeGreaterThan(0);
      for (const option of secrets) expect(option).toMatch(/-fd <number>$/);
    }
  });

  it.each([
    ['status'],
    ['tasks'],
    ['earnings'],
    ['stake'],
    ['withdraw', '1'],
    ['unstake'],
    ['legacy-stake', 'show'],
    ['legacy-stake', 'withdraw'],
    ['pause'],
    ['beneficial-address', 'show'],
    ['beneficial-address', 'set', `0x${'1'.repeat(40)}`],
    ['export', '-'],
    ['window'],
  ])('%s says that no program is running, for people and for programs', async (...argv) => {
    const told = await cli(...argv, '--data', dataDir);
    expect(told).toMatchObject({ code: EXIT.notReachable, out: '', note: expect.stringContaining('HEADLESS_NOT_RUNNING') });
    const json = await cli(...argv, '--data', dataDir, '--json');
    expect(JSON.parse(json.out)).toMatchObject({ error: { code: 'HEADLESS_NOT_RUNNING' } });
    expect(json.code).toBe(EXIT.notReachable);
  });

  it('applies a file without a program, and says where an invalid one is wrong before any node starts', async () => {
    const file = path.join(dataDir, 'nodes.yaml');
    const data = path.join(dataDir, 'data');
    writeFileSync(file, 'version: 1\nsettings: { tariff: $(tariff), currency: EUR }\n');
    const apply = (...more: string[]) => cli('apply', '-f', file, '--data', data, ...more);
    expect(await apply('--dry-run', '--set', 'tariff=1')).toMatchObject({
      code: EXIT.ok,
      out: '~ setting tariff: none → 1\n1 change to make; nothing was done.\n',
    });
    expect(JSON.parse((await apply('--set', 'tariff=1', '--json')).out)).toMatchObject({ changed: true, dryRun: false });
    expect(await apply('--set', 'tariff=1')).toMatchObject({ code: EXIT.ok, out: 'Nothing to do.\n' });
    expect(await apply('--set', 'tariff=cheap')).toMatchObject({ code: EXIT.usage, out: '' });
    expect(await apply()).toMatchObject({
      code: EXIT.usage,
      note: expect.stringContaining('nodes.yaml:2:21 $(tariff): give it a value with --set tariff=…'),
    });
    for (const bad of ['tariff', 'tariff=', 'tariff=1,2', 'ta riff=1']) expect((await apply('--set', bad)).code).toBe(EXIT.usage);
    const run = await cli('run', '--apply', file, '--data', data, '--json');
    expect(run.code).toBe(EXIT.usage);
    expect(
      run.out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toMatchObject([{ error: { code: 'HEADLESS_APPLY_WRONG' } }]);
  });

  it('takes a lease only in a pod', async () => {
    const told = await cli('run', '--lease', 'kubernetes', '--data', dataDir);
    expect(told).toMatchObject({ code: EXIT.failed, note: expect.stringContaining('LEASE_NO_CLUSTER') });
    expect((await cli('run', '--lease', 'paper', '--data', dataDir)).code).toBe(EXIT.usage);
  });

  it('says so too if a killed program left its address file behind', async () => {
    writeAddress(dataDir, { pid: 1, port: 9, token: 'x'.repeat(43) });
    expect(await cli('status', '--data', dataDir)).toMatchObject({ code: EXIT.notReachable });
  });

  it('needs no running program to read what is on disk', async () => {
    expect(await cli('profile', 'list', '--data', dataDir)).toMatchObject({ code: EXIT.ok, out: 'There are no profiles yet.\n' });
    expect(JSON.parse((await cli('key', 'list', '--data', dataDir, '--json')).out)).toEqual({ keys: [] });
    const missing = await cli('profile', 'create', 'x', '--network', 'lab', '--data', dataDir);
    expect(missing).toMatchObject({ code: EXIT.usage, note: expect.stringContaining('HEADLESS_BAD_ARGUMENT') });
  });
});

describe('docs/cli.md', () => {
  const page = readFileSync(path.join(import.meta.dirname, '..', '..', 'docs', 'cli.md'), 'utf8');

  it('names every command and every exit code', async () => {
    const commands = [...(await cli('--help')).out.matchAll(/^ {2}([a-z-]+) /gm)]
      .map(([, name]) => name)
      .filter((name) => name !== 'help');
    expect(commands.length).toBeGreaterThan(10);
    for (const command of commands) expect(page).toMatch(new RegExp(`\`(?:[a-z]+\`, \`)?${command}\\b`));
    for (const code of Object.values(EXIT)) expect(page).toContain(`\n| ${code} | `);
  });
});

describe('exit codes', () => {
  it('exist for every error code of this room and for the others that can reach it', () => {
    const own = Object.fromEntries(Object.keys(HEADLESS_ERRORS).map((code) => [code, exitCodeOf({ code })]));
    expect(Object.values(own).every((code) => Object.values(EXIT).includes(code) && code !== EXIT.ok)).toBe(true);
    expect(exitCodeOf({ code: 'RPC_DISCONNECTED' })).toBe(EXIT.notReachable);
    expect(exitCodeOf({ code: 'KEY_UNKNOWN' })).toBe(EXIT.failed);
  });
});

describe('a two-step act', () => {
  const problems = [{ code: 'MONEY_X', message: 'too little', data: {} }];

  it('is refused with its reasons, and possible only with a confirmation', () => {
    expect(confirmationId({ problems: [], confirmation: { id: 'c' } })).toBe('c');
    expect(() => confirmationId({ problems, confirmation: null })).toThrow(
      expect.objectContaining({ code: 'HEADLESS_ACT_REFUSED', message: 'too little (MONEY_X)' }),
    );
    expect(() => confirmationId({ problems, confirmation: { id: 'c' } })).toThrow(
      expect.objectContaining({ code: 'HEADLESS_ACT_REFUSED' }),
    );
  });

  it.each([
    ['yes', true],
    ['Y', true],
    ['', false],
    ['no', false],
    ['yesterday', false],
    [null, false],
  ])('with the answer %j is done: %s', async (answer, done) => {
    const asked = requireConfirmation('Do it?', { yes: false, terminal: terminal(answer).terminal });
    if (done) await asked;
    else await expect(asked).rejects.toMatchObject({ code: 'HEADLESS_NOT_CONFIRMED' });
    await requireConfirmation('Do it?', { yes: true, terminal: terminal(null).terminal });
  });
});
