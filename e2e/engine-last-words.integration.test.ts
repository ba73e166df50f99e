/** An engine that dies reports why: in the error, in the log, in `doctor`, and in the window. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { type AttentionFacts, attentionItems } from '../contract/truth/attention.ts';
import { engineFindings } from '../headless/cli/commands/doctor.ts';
import { nodeText } from '../headless/cli/node-text.ts';
import { createHarness } from '../worker/engines/testing/engine-harness.ts';
import { engineError } from '../worker/node/node-error.ts';

/** What the official worker printed when it was sent a level that its settings do not accept. */
const TRACEBACK = [
  'Traceback (most recent call last):',
  '  File "crynux_worker_process.py", line 185, in <module>',
  '    cfg = get_config()',
  'pydantic_core._pydantic_core.ValidationError: 1 validation error for Config',
  'log.level',
  "  Input should be 'DEBUG', 'INFO', 'WARNING', 'ERROR', 'FATAL' or 'CRITICAL'",
];

it('shows the last output of an engine that dies at its start in all four places, without secrets', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'last-words-'));
  const script = join(folder, 'engine.mjs');
  const lines = [...TRACEBACK, 'proxy http://me:hunter2@proxy.lan'];
  await writeFile(script, `process.stderr.write(${JSON.stringify(`${lines.join('\n')}\n`)}); process.exitCode = 1;`);
  const harness = await createHarness({ kind: 'program', command: process.execPath, args: [script], env: {} }, { folder });
  onTestFinished(async () => {
    await harness.close();
    await rm(folder, { recursive: true, force: true });
  });
  await harness.engine.start();
  const state = await harness.state('backoff');

  const error = engineError(state, null);
  expect(error).toMatchObject({
    code: 'ENGINE_AWAY',
    message: expect.stringContaining('exit code 1): pydantic_core._pydantic_core.ValidationError'),
    data: { lastWords: expect.stringContaining(TRACEBACK.join('\n')) },
  });

  const logged = harness.entries.find(({ message }) => message.startsWith('the engine went away'));
  expect(logged).toMatchObject({ level: 'warn', data: { lastWords: expect.stringContaining(TRACEBACK.join('\n')) } });

  const node = {
    engineError: error,
    warmUp: null,
    currentTask: null,
    relay: 'unknown',
    chain: { kind: 'none', sinceMs: null },
    relayBalanceWei: null,
    engine: 'backoff',
    state: 'starting',
    error,
    gpu: null,
    stake: null,
  };
  const profile = { profile: { name: 'Mine', id: 'mine' }, worker: { kind: 'running' }, node, pendingRestart: false };
  const view = profile as unknown as Parameters<typeof nodeText>[0];
  const [finding] = engineFindings(view);
  expect(finding).toMatchObject({ about: 'Mine', state: 'fail' });
  const truth = { life: 'joining', barred: null, chain: { kind: 'none' } };
  const facts = { truth, profile, node, key: null, qos: null, money: null, checks: null, update: null };
  const items = attentionItems(facts as unknown as AttentionFacts);
  expect(items.map(({ kind }) => kind)).toEqual(['engineDown']);
  const shown = [finding?.message ?? '', items[0]?.words ?? '', nodeText(view, 0), JSON.stringify([error, logged])];
  for (const text of shown) {
    expect(text).toContain('cfg = get_config()');
    expect(text).toContain("Input should be 'DEBUG', 'INFO'");
    expect(text).not.toContain('hunter2');
  }
});
