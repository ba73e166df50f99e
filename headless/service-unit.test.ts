import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { DEFAULT_GRACE_SECONDS } from './cli/commands/program.ts';
import { END_WITHIN_MS } from './cli/commands/serve.ts';
import { CREDENTIAL } from './cli/unattended.ts';

const UNIT = readFileSync(path.join(import.meta.dirname, '../build/crynux-node.service'), 'utf8');
const DOCS = readFileSync(path.join(import.meta.dirname, '../docs/server.md'), 'utf8');
/** What the page tells people to enter in `systemctl edit`. */
const DROP_IN = /```ini\n([\s\S]*?)```/.exec(DOCS)?.[1] ?? '';
const hasSystemd = spawnSync('systemd-analyze', ['--version']).status === 0;

function valuesOf(name: string): string[] {
  return UNIT.split('\n').flatMap((line) => (line.startsWith(`${name}=`) ? [line.slice(name.length + 1)] : []));
}

describe('the systemd unit for a server', () => {
  it('passes the passphrase as the credential that the program reads, and no secret in any other way', () => {
    expect(valuesOf('LoadCredential')).toEqual([`${CREDENTIAL}:/etc/crynux-node/passphrase`]);
    expect(UNIT).not.toMatch(/^(?:Environment|EnvironmentFile|SetCredential|PassEnvironment)=/m);
    expect(valuesOf('ExecStart').join()).not.toMatch(/pass|secret/i);
  });

  it('gives the program the time it needs to end, and kills the rest only after that', () => {
    expect(Number(valuesOf('TimeoutStopSec')[0]) * 1_000).toBeGreaterThan(DEFAULT_GRACE_SECONDS * 1_000 + END_WITHIN_MS);
    expect(valuesOf('KillMode')).toEqual(['mixed']);
  });

  it('restarts after everything except an invalid command line', () => {
    expect([valuesOf('Restart'), valuesOf('RestartPreventExitStatus')]).toEqual([['always'], ['2']]);
    expect([valuesOf('StartLimitIntervalSec'), valuesOf('WantedBy')]).toEqual([['0'], ['multi-user.target']]);
  });

  it('writes only to its own directory, writes no core dump, and gains no privileges', () => {
    const [state = ''] = valuesOf('StateDirectory');
    expect(valuesOf('ExecStart')).toEqual([`/usr/bin/crynux-node run --data /var/lib/${state}`]);
    const hardening = ['ProtectSystem', 'NoNewPrivileges', 'CapabilityBoundingSet', 'LimitCORE', 'UMask', 'StateDirectoryMode'];
    expect(hardening.map((name) => valuesOf(name))).toEqual([['strict'], ['yes'], [''], ['0'], ['0077'], ['0700']]);
  });

  it('is documented with its names', () => {
    for (const name of [CREDENTIAL, '/etc/crynux-node/passphrase', '/var/lib/crynux-node', 'build/crynux-node.service']) {
      expect(DOCS).toContain(name);
    }
  });

  it("applies a file before nodes start, with the page's drop-in, and leaves everything else unchanged", () => {
    const lines = DROP_IN.trim().split('\n');
    expect(lines.filter((line) => line.startsWith('ExecStart='))).toEqual([
      'ExecStart=',
      `${/^ExecStart=.*$/m.exec(UNIT)?.[0]} --apply %d/nodes.yaml`,
    ]);
    expect(lines.every((line) => /^(?:\[Service\]|(?:LoadCredential|ExecStart)=.*)$/.test(line))).toBe(true);
    const example = readFileSync(path.join(import.meta.dirname, '../docs/examples/one-box.yaml'), 'utf8');
    // Every file that the example refers to is a credential next to it.
    const files = [...example.replace(/#.*$/gm, '').matchAll(/file: ([\w-]+)/g)].map(([, file]) => file);
    for (const file of files) expect(DROP_IN).toContain(`LoadCredential=${file}:`);
    expect(files).not.toEqual([]);
  });

  it.skipIf(!hasSystemd).each([
    ['alone', false],
    ['with the drop-in', true],
  ])('is accepted by systemd, %s', (_, withDropIn) => {
    const folder = mkdtempSync(path.join(tmpdir(), 'unit-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = path.join(folder, 'crynux-node.service');
    // The program need not be installed for this.
    const installed = (text: string) => text.replace('/usr/bin/crynux-node', '/bin/true');
    writeFileSync(file, installed(UNIT));
    mkdirSync(`${file}.d`);
    if (withDropIn) writeFileSync(path.join(`${file}.d`, 'override.conf'), installed(DROP_IN));
    const told = execFileSync('systemd-analyze', ['verify', '--man=no', file], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    expect(told).toBe('');
  });
});
