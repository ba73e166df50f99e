/** Runs `apply` from the real command line, against a running program and without one. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { bundledModelIds } from '../../host/app/bundled-models.ts';
import { systemClock } from '../../worker/kit/system-clock.ts';
import { runCli } from '../cli/cli.ts';
import { EXIT } from '../cli/exit-codes.ts';
import { openProgram } from '../program.ts';

it('asks the running program, unlocks a key there, and removes a node without stake and task', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'apply-running-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const data = path.join(folder, 'data');
  const file = path.join(folder, 'nodes.yaml');
  const preset = { id: 'nowhere', title: 'Nowhere', network: 'n', relayUrl: 'http://127.0.0.1:9' };
  const network = { ...preset, acceptedEngines: ['embedded'], samplingModulus: 10, minStakeWei: '1' };
  writeFileSync(path.join(folder, 'nowhere.json'), JSON.stringify(network));
  writeFileSync(path.join(folder, 'passphrase'), 'planted-passphrase\n');
  mkdirSync(path.join(folder, 'keys'));
  writeFileSync(path.join(folder, 'keys', '3'), `0x${'1'.repeat(64)}`);
  writeFileSync(
    file,
    `version: 1
passphrase: { file: passphrase }
networks: [{ file: nowhere.json }]
nodes:
  - name: node-$(ordinal)
    network: nowhere
    key: { file: keys/$(ordinal) }
    gpu: { stated: { name: Card+Linux, vramGib: 8 } }
    models: ['${bundledModelIds()[0]}']
`,
  );
  const apply = async (...more: string[]) => {
    const said: string[] = [];
    const terminal = {
      out: (text: string) => void said.push(text),
      note: () => {},
      ask: null,
      signal: new AbortController().signal,
    };
    const argv = ['apply', '-f', file, '--set', 'ordinal=3', '--data', data, '--json', ...more];
    const code = await runCli(argv, { terminal, clock: systemClock });
    const { steps, kept } = JSON.parse(said.join('')) as { steps: { act: string; what: string; name: string }[]; kept: object[] };
    return { code, steps: steps.map(({ act, what }) => `${act} ${what}`), kept };
  };
  const silent = () => {};
  const log = { debug: silent, info: silent, warn: silent, error: silent };
  const open = () => openProgram({ dataDir: data, port: 0, windowDir: null, log });

  const done = { code: EXIT.ok, kept: [] };
  expect(await apply()).toEqual({ ...done, steps: ['add network', 'add key', 'add node'] });
  const program = await open();
  onTestFinished(() => program.close());
  expect(await apply()).toEqual({ ...done, steps: ['unlock key'] });
  expect(await apply()).toEqual({ ...done, steps: [] });
  expect(program.app.parts.profiles.list()).toMatchObject([{ name: 'node-3', stakeWei: '1', stakeWord: { stakeWei: '1' } }]);
  writeFileSync(file, 'version: 1\n');
  expect(await apply()).toEqual({ ...done, steps: [] });
  writeFileSync(file, 'version: 1\nnodes: []\n');
  expect(await apply('--prune')).toEqual({ ...done, steps: ['remove node'] });
  expect(program.app.parts.profiles.list()).toEqual([]);
});
