import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { writePng } from '../../protocol/scores/testing/write-png.ts';
import type { TaskType } from '../../protocol/tasks/status.ts';
import { systemClock } from '../kit/system-clock.ts';
import { sha256Of } from '../testing/sha256-of.ts';
import { tempDir } from '../testing/temp-dir.ts';
import { sealResult, verifyResult } from './result-files.ts';
import { createImageDigester } from './scores/image-digester.ts';

const DIR = join('0xtask', '1');
const PNG = writePng({ width: 70, height: 66, depth: 8, colour: 2, sample: (x) => x });

function rig() {
  const root = tempDir();
  const images = createImageDigester({ clock: systemClock });
  onTestFinished(() => images.close());
  const pathOf = (name: string) => join(root, DIR, name);
  const write = (name: string, content: string | Uint8Array) => {
    mkdirSync(join(pathOf(name), '..'), { recursive: true });
    writeFileSync(pathOf(name), content);
  };
  const seal = async (type: TaskType) => ({
    type,
    root,
    ...(await sealResult({ type, place: { root, dir: DIR }, images })),
  });
  return { write, pathOf, seal };
}

const hexOf = (...texts: readonly string[]) => `0x${texts.map((text) => sha256Of(Buffer.from(text))).join('')}`;
const changed = { code: 'RESULT_CHANGED' };

describe('a sealed result', () => {
  it('consists of the numbered files, in the order of their numbers', async () => {
    const { write, seal } = rig();
    for (let n = 11; n >= 0; n--) write(`${n}.json`, `text ${n}`);
    for (const name of ['00.json', '12.png', 'x1.json', '1.json.tmp']) write(name, 'no result');
    const { score, artifacts } = await seal('Llm');
    expect(score).toBe(hexOf(...Array.from({ length: 12 }, (_, n) => `text ${n}`)));
    expect(artifacts.map(({ path }) => path)).toEqual(Array.from({ length: 12 }, (_, n) => join(DIR, `${n}.json`)));
  });

  it.each([
    ['there is no file', []],
    ['the first one is missing', ['1.json']],
    ['one between others is missing', ['0.json', '2.json']],
  ])('does not exist if %s', async (_what, names) => {
    const { write, seal } = rig();
    for (const name of names) write(name, 'text');
    await expect(seal('Llm')).rejects.toMatchObject({ code: 'RESULT_INCOMPLETE' });
  });

  it.skipIf(process.platform === 'win32')('does not contain what a link points to', async () => {
    const { write, pathOf, seal } = rig();
    write('0.json', 'text');
    write('secret', 'key');
    symlinkSync(pathOf('secret'), pathOf('1.json'));
    await expect(seal('Llm')).rejects.toMatchObject({ code: 'RESULT_INCOMPLETE' });
  });
});

describe('law 5: what is uploaded is what was recorded with the score', () => {
  it('files that together do not make the score are refused, even if each is unchanged', async () => {
    const { write, seal } = rig();
    for (const n of [0, 1]) write(`${n}.json`, `text ${n}`);
    const recorded = await seal('Llm');
    expect((await verifyResult(recorded)).files.map(({ name }) => name)).toEqual(['0.json', '1.json']);
    const [first, second] = recorded.artifacts;
    if (first === undefined || second === undefined) return expect.fail();
    for (const artifacts of [[], [first], [second, first], [first, first], [first, second, second]])
      await expect(verifyResult({ ...recorded, artifacts })).rejects.toMatchObject(changed);
    await expect(verifyResult({ ...recorded, score: hexOf('text 0', 'text 2') as typeof recorded.score })).rejects.toMatchObject(
      changed,
    );
  });

  it('a checkpoint that was changed, or is gone, is refused', async () => {
    const { write, pathOf, seal } = rig();
    write('checkpoint/weights.bin', 'weights');
    write('validation/0.png', PNG);
    const recorded = await seal('FineTuneLora');
    expect(await verifyResult(recorded)).toMatchObject({
      files: [{ name: '0.png' }],
      checkpointPath: pathOf('checkpoint.zip'),
    });
    write('checkpoint.zip', 'other weights');
    await expect(verifyResult(recorded)).rejects.toMatchObject(changed);
    rmSync(pathOf('checkpoint.zip'));
    await expect(verifyResult(recorded)).rejects.toMatchObject(changed);
  });
});
