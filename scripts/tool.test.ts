import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runTool } from './tool.ts';

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

interface Result {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Inside this process, which takes a hundredth of the time of a new one. */
async function tool(args: readonly string[], input = ''): Promise<Result> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const status = await runTool(args, { stdin: Readable.from([Buffer.from(input)]), stdout, stderr });
  for (const stream of [stdout, stderr]) stream.end();
  return { status, stdout: await text(stdout), stderr: await text(stderr) };
}

/** As a person starts it. */
function program(args: readonly string[], input = ''): Result {
  const { status, stdout, stderr } = spawnSync(process.execPath, [path.join(root, 'scripts', 'tool.ts'), ...args], {
    cwd: root,
    input,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

async function answer(args: readonly string[], input = ''): Promise<string> {
  const { status, stdout, stderr } = await tool(args, input);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout;
}

async function expectRefusal(args: readonly string[], input: string, stderr: RegExp): Promise<void> {
  const result = await tool(args, input);
  expect(result.status).toBe(2);
  expect(result.stdout).toBe('');
  expect(result.stderr).toMatch(/^[^\n]+\n$/);
  expect(result.stderr).toMatch(stderr);
}

describe('phash', () => {
  it('prints hash and name of each file', async () => {
    const expected = Object.entries<string>(JSON.parse(readFileSync(path.join(vectors, 'phash', 'expected.json'), 'utf8')));
    const files = expected.map(([name]) => path.join('protocol', 'vectors', 'phash', name));
    const lines = expected.map(([, hash], i) => `${hash}  ${files[i]}\n`);
    expect(await answer(['phash', ...files])).toBe(lines.join(''));
  });

  it('refuses what is not a PNG, a missing file, and nothing', async () => {
    await expectRefusal(['phash', 'package.json'], '', /package\.json: not an acceptable PNG/);
    await expectRefusal(['phash', 'no-such-file.png'], '', /no-such-file\.png/);
    await expectRefusal(['phash'], '', /files/);
  });
});

describe('sign', () => {
  it('prints canonical JSON and signature', async () => {
    const { privateKey, cases } = JSON.parse(readFileSync(path.join(vectors, 'signing.json'), 'utf8'));
    const file = path.join(folder, 'vector-key');
    writeFileSync(file, privateKey);
    const { payload, timestamp, canonical, signature } = cases.at(-1);
    const output = await answer(['sign', '--key-file', file, '--timestamp', String(timestamp)], JSON.stringify(payload));
    expect(JSON.parse(output)).toEqual({ canonical, signature });
  });

  it('refuses bad input without showing the key', async () => {
    const args = ['sign', '--key-file', keyFile, '--timestamp', '1'];
    await expectRefusal(args, '{', /stdin: not JSON/);
    await expectRefusal(['sign', '--key-file', keyFile, '--timestamp', 'now'], '{}', /--timestamp/);
    await expectRefusal(['sign', '--timestamp', '1'], '{}', /--key-file/);
    await expectRefusal(['sign', '--key-file', path.join(folder, 'none'), '--timestamp', '1'], '{}', /none/);
    const truncated = path.join(folder, 'truncated');
    writeFileSync(truncated, KEY.slice(0, -2));
    const result = await tool(['sign', '--key-file', truncated, '--timestamp', '1'], '{}');
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

  it('proves and verifies', async () => {
    expect(JSON.parse(await answer(['vrf', 'prove', '--key-file', keyFile, '--seed', seed]))).toEqual({
      proof,
      output,
      publicKey,
    });
    const verify = ['vrf', 'verify', '--public-key', publicKey, '--proof', proof];
    expect(JSON.parse(await answer([...verify, '--seed', seed]))).toEqual({ valid: true, output });
    expect(JSON.parse(await answer([...verify, '--seed', `${seed.slice(0, -1)}d`]))).toEqual({ valid: false, output: null });
  });

  it('refuses malformed values', async () => {
    await expectRefusal(['vrf', 'verify', '--public-key', publicKey, '--proof', '0x03', '--seed', seed], '', /proof/);
    await expectRefusal(['vrf', 'prove', '--key-file', keyFile, '--seed', 'seed'], '', /--seed/);
    await expectRefusal(['vrf'], '', /--help/);
  });
});

describe('commitment', () => {
  const taskId = `0x${'33'.repeat(32)}`;

  it('prints the hex', async () => {
    const output = await answer(['commitment', '--task-id', taskId, '--nonce', `0x${'22'.repeat(32)}`]);
    expect(output).toBe('0x162800b4e4708ddbddb022a21f7c94f6305aac59c40c703c2935f5359509c470\n');
  });

  it('refuses a short nonce', async () => {
    await expectRefusal(['commitment', '--task-id', taskId, '--nonce', '0x22'], '', /nonce/);
  });
});

describe('group', () => {
  const tasks = [
    { id: 't1', status: 'ScoreReady', score: '0xaa' },
    { id: 't2', status: 'ScoreReady', score: '0xaa' },
    { id: 't3', status: 'ScoreReady', score: '0xbb' },
  ];

  it('prints next states and actions', async () => {
    expect(JSON.parse(await answer(['group'], JSON.stringify({ taskType: 1, distanceThreshold: 24, tasks })))).toEqual({
      next: { t1: 'GroupValidated', t2: 'EndGroupRefund', t3: 'EndInvalidated' },
      actions: { t1: ['recordGroupNodes'], t2: ['refund', 'release'], t3: ['refund', 'slash'] },
    });
  });

  it('takes members without a score', async () => {
    const withErrors = [tasks[0], { id: 't2', status: 'ErrorReported' }, { id: 't3', status: 'EndAborted', score: null }];
    const output = JSON.parse(await answer(['group'], JSON.stringify({ taskType: 0, distanceThreshold: 1, tasks: withErrors })));
    expect(output.next).toEqual({ t1: 'EndAborted', t2: 'EndAborted', t3: 'EndAborted' });
  });

  it('refuses other forms', async () => {
    await expectRefusal(['group'], '', /not JSON/);
    await expectRefusal(['group'], JSON.stringify({ taskType: 7, distanceThreshold: 24, tasks }), /taskType/);
    await expectRefusal(['group'], JSON.stringify({ taskType: 1, distanceThreshold: 24, tasks: tasks.slice(1) }), /tasks/);
    const running = tasks.map((task) => ({ ...task, status: 'Started' }));
    await expectRefusal(['group'], JSON.stringify({ taskType: 1, distanceThreshold: 24, tasks: running }), /Started/);
  });
});

it('explains itself', async () => {
  const help = await answer(['--help']);
  for (const command of ['phash', 'sign', 'vrf', 'commitment', 'group']) expect(help).toContain(command);
  expect(await answer(['vrf', 'verify', '--help'])).toContain('--public-key');
  await expectRefusal([], '', /--help/);
  await expectRefusal(['sing'], '', /unknown command 'sing'/);
});

it('reads, answers and ends as a program as it does here', async () => {
  const file = path.join(folder, 'key-of-program');
  writeFileSync(file, KEY);
  const cases: readonly (readonly [args: readonly string[], input: string])[] = [
    [['sign', '--key-file', file, '--timestamp', '1'], '{"a":"é"}'],
    [['sign', '--key-file', file, '--timestamp', '1'], '{'],
    [['--help'], ''],
    [[], ''],
  ];
  const results = cases.map(([args, input]) => program(args, input));
  expect(results).toEqual(await Promise.all(cases.map(([args, input]) => tool(args, input))));
  expect(results.map(({ status }) => status)).toEqual([0, 2, 0, 2]);
});
