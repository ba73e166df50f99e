import { join } from 'node:path';
import { expect, it } from 'vitest';
import { sourceInstallation } from '../../worker/engines/official/testing/installation.ts';
import { tempDir } from '../../worker/testing/temp-dir.ts';
import { createEngineDirectory } from './engines.ts';

const directory = (list: string | undefined) => {
  let asked = 0;
  const engines = createEngineDirectory(
    () => [],
    async () => {
      asked++;
      return list;
    },
  );
  return { engines, asked: () => asked };
};

it.runIf(process.platform === 'linux')('9.4 patches: are shown for an installation that could use them', async () => {
  const root = sourceInstallation(join(tempDir(), 'node'), { installed: '3.0.0' });
  const { engines } = directory('3.0.0 3.0.1');
  expect(await engines.inspect(root)).toMatchObject({ version: '3.0.0', patches: 'available', problem: null });
  expect(await directory('3.0.0').engines.inspect(root)).toMatchObject({ patches: 'none' });
  expect(await directory(undefined).engines.inspect(root)).toMatchObject({ patches: 'none' });
});

it('9.4 patches: are not requested without such an installation', async () => {
  const { engines, asked } = directory('3.0.0');
  expect(await engines.inspect(join(tempDir(), 'nothing'))).toMatchObject({
    config: null,
    problem: { code: 'OFFICIAL_NOT_FOUND' },
  });
  expect(asked()).toBe(0);
});
