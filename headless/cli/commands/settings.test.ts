import { existsSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { settingsSchema } from '../../../contract/settings.ts';
import { ManualClock } from '../../../protocol/ports.ts';
import { runCli } from '../cli.ts';
import { EXIT } from '../exit-codes.ts';
import { routeFindings } from './doctor.ts';
import { SETTING_KEYS } from './settings.ts';

let data: string;

beforeEach(() => {
  data = mkdtempSync(path.join(tmpdir(), 'settings-'));
  onTestFinished(() => rmSync(data, { recursive: true }));
});

async function cli(...argv: string[]) {
  const said = { out: '', note: '' };
  const terminal = {
    out: (text: string) => {
      said.out += `${text}\n`;
    },
    note: (text: string) => {
      said.note += `${text}\n`;
    },
    ask: null,
    signal: new AbortController().signal,
  };
  const code = await runCli([...argv, '--data', data], { terminal, clock: new ManualClock(0) });
  return { code, ...said };
}

describe('settings', () => {
  it('has a key for every setting of the contract', () => {
    const shown = new Set(Object.values(SETTING_KEYS).map(({ effect }) => effect));
    expect([...shown].sort()).toEqual(Object.keys(settingsSchema.parse({})).sort());
  });

  it('sets the proxy and its exceptions, shows them, and says when they take effect', async () => {
    expect(await cli('settings', 'set', 'no-proxy', '10.0.0.0/8')).toMatchObject({ code: EXIT.usage });
    const set = await cli('settings', 'set', 'proxy', 'me@proxy.example:3128');
    expect(set).toMatchObject({ code: EXIT.ok, out: expect.stringContaining('next start') });
    await cli('settings', 'set', 'no-proxy', '10.0.0.0/8, .local');
    const { out } = await cli('settings', 'show');
    expect(out).toMatch(/proxy\s+me@proxy\.example:3128/);
    expect(out).toMatch(/no-proxy\s+10\.0\.0\.0\/8, \.local/);
    expect((await cli('settings', 'set', 'proxy', 'off')).out).toContain('proxy: off');
  });

  it.each([
    [['proxy', 'http://me:planted-secret@proxy:1'], /settings set proxy-password/],
    [['proxy', 'ftp://proxy'], /"ftp" is no kind of proxy/],
    [['proxy', 'http://proxy/x.pac'], /script/],
    [['proxy-password', 'planted-secret'], /--value-fd/],
    [['hub-token', 'planted-secret'], /--value-fd/],
    [['appearance', 'pink'], /system, light, dark/],
    [['start-at-login', 'perhaps'], /neither on nor off/],
    [['column-widths', 'wide'], /is not "default"/],
    [['dance', 'on'], /there is no setting "dance"/],
    [['__proto__', 'on'], /there is no setting/],
    [['language'], /needs a value/],
  ])('%j is refused without repeating a secret', async (argv, words) => {
    const { code, note } = await cli('settings', 'set', ...argv);
    expect(code).toBe(EXIT.usage);
    expect(note).toMatch(words);
    expect(note).not.toContain('planted-secret');
  });

  it('takes a secret from a descriptor and never shows it', async () => {
    const file = path.join(data, 'given');
    writeFileSync(file, 'hf_planted_token\n');
    const set = await cli('settings', 'set', 'hub-token', '--value-fd', String(openSync(file, 'r')));
    expect(set.code).toBe(EXIT.ok);
    const shown = await cli('settings', 'show');
    expect(shown.out).toMatch(/hub-token\s+set \(in/);
    expect(set.out + set.note + shown.out + (await cli('settings', 'show', '--json')).out).not.toContain('planted');
    expect(existsSync(path.join(data, 'settings.json'))).toBe(false);
    expect((await cli('settings', 'set', 'hub-token', '--remove')).out).toContain('removed');
    expect((await cli('settings', 'show')).out).toMatch(/hub-token\s+not set/);
  });
});

describe('the doctor', () => {
  it('names the proxy of each destination, and fails if one cannot be used', () => {
    const unusable = {
      kind: 'unusable' as const,
      source: 'ALL_PROXY',
      code: 'PROXY_BAD_ADDRESS',
      message: 'bad',
      remedy: 'mend it',
    };
    const findings = routeFindings(
      [
        { target: 'relay', networkId: 'n', host: 'relay', way: { kind: 'proxy', proxy: 'http://***@p:1', source: 'settings' } },
        { target: 'chain', networkId: 'n', host: 'rpc', way: { kind: 'direct', why: 'excepted' } },
        { target: 'hub', networkId: null, host: 'hub', way: unusable },
      ],
      ['10.0.0.0/99'],
    );
    expect(findings.map(({ state, message }) => [state, message])).toEqual([
      ['ok', 'n relay (relay): through http://***@p:1, from the settings'],
      ['ok', 'n chain (rpc): direct, as a proxy exception'],
      ['fail', 'model hub (hub): bad (PROXY_BAD_ADDRESS)'],
      ['warn', 'the exception "10.0.0.0/99" cannot be read'],
    ]);
  });
});
