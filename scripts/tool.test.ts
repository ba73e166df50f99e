import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '..');
const vectors = path.join(root, 'protocol', 'vectors');
const KEY = '0x420fcabfd5dbb55215490693062e6e530840c64de837d071f0d9da21aaac861e';

let folder: string;
let keyFile: string;

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'crynux-tool-'));
  keyFile = path.join(folder, 'key');
  writeFileSync(keyFile, `  ${KEY}\n`);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function tool(args: readonly string[], input = '') {
  const { status, stdout, stderr } = spawnSync(process.execPath, [path.join(root, 'scripts', 'tool.ts'), ...args], {
    cwd: root,
    input,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

function answer(args: readonly string[], input = ''): string {
  const { status, stdout, stderr } = tool(args, input);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout;
}

function expectRefusal(args: readonly string[], input: string, stderr: RegExp): void {
  const result = tool(args, input);
  expect(result.status).toBe(2);
  expect(result.stdout).toBe('');
  expect(result.stderr).toMatch(/^[^\n]+\n$/);
  expect(result.stderr).toMatch(stderr);
}

describe('phash', () => {
  it('prints hash and name of each file', () => {
    const expected = Object.entries<string>(JSON.parse(readFileSync(path.join(vectors, 'phash', 'expected.json'), 'utf8')));
    const files = expected.map(([name]) => path.join('protocol', 'vectors', 'phash', name));
    const lines = expected.map(([, hash], i) => `${hash}  ${files[i]}\n`);
    expect(answer(['phash', ...files])).toBe(lines.join(''));
  });

  it('refuses what is not a PNG, a missing file, and nothing', () => {
    expectRefusal(['phash', 'package.json'], '', /package\.json: not an acceptable PNG/);
    expectRefusal(['phash', 'no-such-file.png'], '', /no-such-file\.png/);
    expectRefusal(['phash'], '', /files/);
  });
});

describe('sign', () => {
  it('prints canonical JSON and signature', () => {
    const { privateKey, cases } = JSON.parse(readFileSync(path.join(vectors, 'signing.json'), 'utf8'));
    const file = path.join(folder, 'vector-key');
    writeFileSync(file, privateKey);
    const { payload, timestamp, canonical, signature } = cases.at(-1);
    const output = answer(['sign', '--key-file', file, '--timestamp', String(timestamp)], JSON.stringify(payload));
    expect(JSON.parse(output)).toEqual({ canonical, signature });
  });

  it('refuses bad input without showing the key', () => {
    const args = ['sign', '--key-file', keyFile, '--timestamp', '1'];
    expectRefusal(args, '{', /stdin: not JSON/);
    expectRefusal(['sign', '--key-file', keyFile, '--timestamp', 'now'], '{}', /--timestamp/);
    expectRefusal(['sign', '--timestamp', '1'], '{}', /--key-file/);
    expectRefusal(['sign', '--key-file', path.join(folder, 'none'), '--timestamp', '1'], '{}', /none/);
    const truncated = path.join(folder, 'truncated');
    writeFileSync(truncated, KEY.slice(0, -2));
    const result = tool(['sign', '--key-file', truncated, '--timestamp', '1'], '{}');
    expect(result.status).toBe(2);
    expect(result.stderr).toContain('does not contain a private key');
    expect(result.stderr).not.toContain(KEY.slice(2, 12));
  });
});

describe('vrf', () => {
  const seed = '0xe3c31f424291c56805b98771c12933a8ed19f6d2680bec8f767a03dec006f8cc';
  const proof =
    '0x03acf5bf4dc485eb39f07b1d6ba59ca1a919e930e603a3525d4499139c2cf5ac2c572f31e7b7fcffffb13deee5fd103c9f030b80c18d60512a915bd80aff776194895673804f5919dd273d3e3e607e800e';
  const output = '0x2179e0821ad45078f50bda34e2eaa8025fdbf4bfc8905632e26fb22f3d21aabc';
  const publicKey =
    '0x57c360de911edfd7002b179ed072d185bfa7116da4c4dfe991a24dfecb410ad4d22b74f8c010d8086a161b205563816fa05c054d062dde0aed77c48474f45e9b';

  it('proves and verifies', () => {
    expect(JSON.parse(answer(['vrf', 'prove', '--key-file', keyFile, '--seed', seed]))).toEqual({ proof, output, publicKey });
    const verify = ['vrf', 'verify', '--public-key', publicKey, '--proof', proof];
    expect(JSON.parse(answer([...verify, '--seed', seed]))).toEqual({ valid: true, output });
    expect(JSON.parse(answer([...verify, '--seed', `${seed.slice(0, -1)}d`]))).toEqual({ valid: false, output: null });
  });

  it('refuses malformed values', () => {
    expectRefusal(['vrf', 'verify', '--public-key', publicKey, '--proof', '0x03', '--seed', seed], '', /proof/);
    expectRefusal(['vrf', 'prove', '--key-file', keyFile, '--seed', 'seed'], '', /--seed/);
    expectRefusal(['vrf'], '', /--help/);
  });
});

describe('commitment', () => {
  const taskId = `0x${'33'.repeat(32)}`;

  it('prints the hex', () => {
    const output = answer(['commitment', '--task-id', taskId, '--nonce', `0x${'22'.repeat(32)}`]);
    expect(output).toBe('0x162800b4e4708ddbddb022a21f7c94f6305aac59c40c703c2935f5359509c470\n');
  });

  it('refuses a short nonce', () => {
    expectRefusal(['commitment', '--task-id', taskId, '--nonce', '0x22'], '', /nonce/);
  });
});

describe('group', () => {
  const tasks = [
    { id: 't1', status: 'ScoreReady', score: '0xaa' },
    { id: 't2', status: 'ScoreReady', score: '0xaa' },
    { id: 't3', status: 'ScoreReady', score: '0xbb' },
  ];

  it('prints next states and actions', () => {
    expect(JSON.parse(answer(['group'], JSON.stringify({ taskType: 1, distanceThreshold: 24, tasks })))).toEqual({
      next: { t1: 'GroupValidated', t2: 'EndGroupRefund', t3: 'EndInvalidated' },
      actions: { t1: ['recordGroupNodes'], t2: ['refund', 'release'], t3: ['refund', 'slash'] },
    });
  });

  it('takes members without a score', () => {
    const withErrors = [tasks[0], { id: 't2', status: 'ErrorReported' }, { id: 't3', status: 'EndAborted', score: null }];
    const output = JSON.parse(answer(['group'], JSON.stringify({ taskType: 0, distanceThreshold: 1, tasks: withErrors })));
    expect(output.next).toEqual({ t1: 'EndAborted', t2: 'EndAborted', t3: 'EndAborted' });
  });

  it('refuses other forms', () => {
    expectRefusal(['group'], '', /not JSON/);
    expectRefusal(['group'], JSON.stringify({ taskType: 7, distanceThreshold: 24, tasks }), /taskType/);
    expectRefusal(['group'], JSON.stringify({ taskType: 1, distanceThreshold: 24, tasks: tasks.slice(1) }), /tasks/);
    const running = tasks.map((task) => ({ ...task, status: 'Started' }));
    expectRefusal(['group'], JSON.stringify({ taskType: 1, distanceThreshold: 24, tasks: running }), /Started/);
  });
});

it('explains itself', () => {
  const help = answer(['--help']);
  for (const command of ['phash', 'sign', 'vrf', 'commitment', 'group']) expect(help).toContain(command);
  expect(answer(['vrf', 'verify', '--help'])).toContain('--public-key');
  expectRefusal([], '', /--help/);
  expectRefusal(['sing'], '', /unknown command 'sing'/);
});
