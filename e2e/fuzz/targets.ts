/**
 * Everything in this program that reads foreign input. A target ends with a value or throws a coded error; anything
 * else is a finding.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readProxyAddress } from '../../contract/proxy.ts';
import { checkRequestFrame, parseAnswerFrame } from '../../contract/rpc-frames.ts';
import { systemClock } from '../../devnet/system.ts';
import { parseDeepLink } from '../../electron/deep-link.ts';
import { readWindowState } from '../../electron/window-state.ts';
import { parseKeystore } from '../../host/keys/keystore-file.ts';
import { keyOfWords } from '../../host/keys/recovery-words.ts';
import { readLogLine } from '../../host/logs/log-line.ts';
import { readNetworkPresets } from '../../host/networks/network-presets.ts';
import { openProfiles } from '../../host/profiles/profiles.ts';
import { openSettings } from '../../host/settings/settings.ts';
import { parseTaskArgs } from '../../protocol/args/index.ts';
import { engineHelloSchema, engineJobSchema, engineResultSchema } from '../../protocol/engine/messages.ts';
import { parseModelId } from '../../protocol/models/model-id.ts';
import { formatCnx, formatCnxExact, parseCnx } from '../../protocol/money/wei.ts';
import { parseRatio } from '../../protocol/money/withdrawal-terms.ts';
import { parseVersion } from '../../protocol/node/selection.ts';
import { imageHash } from '../../protocol/scores/phash.ts';
import { canonicalJson } from '../../protocol/signing/canonical-json.ts';
import { readRefusal, successSchema } from '../../protocol/wire/envelope.ts';
import { relayEventSchema } from '../../protocol/wire/event.ts';
import { type ReadableEvent, readEventArgs } from '../../protocol/wire/event-args.ts';
import { readEventRow } from '../../protocol/wire/event-row.ts';
import { parseWireJson } from '../../protocol/wire/parse.ts';
import { inferenceTaskSchema } from '../../protocol/wire/task.ts';
import { parseWei } from '../../renderer/features/wallet/amounts.ts';
import { parseNvidiaXml } from '../../worker/gpu/nvidia-xml.ts';
import { readControllers } from '../../worker/gpu/other-cards.ts';
import { unpackCheckpoint } from '../../worker/loop/checkpoint.ts';
import { readNoProxy } from '../../worker/outbound/no-proxy.ts';

export type Target = (input: Uint8Array) => unknown;

const text = (input: Uint8Array) => new TextDecoder().decode(input);
const onText =
  (read: (text: string) => unknown): Target =>
  (input) =>
    read(text(input));

/** Readers of values, which only get valid JSON. */
const onJson =
  (read: (value: unknown) => unknown): Target =>
  (input) => {
    let value: unknown;
    try {
      value = JSON.parse(text(input));
    } catch {
      return null;
    }
    return read(value);
  };

/** Readers of files, in their own folder. */
const onFile =
  (name: string, read: (file: string, folder: string) => unknown): Target =>
  async (input) => {
    const folder = mkdtempSync(join(tmpdir(), 'crynux-fuzz-'));
    try {
      const file = join(folder, name);
      writeFileSync(file, input);
      return await read(file, folder);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  };

const EVENTS: readonly ReadableEvent[] = [
  'NodeSlashed',
  'NodeKickedOut',
  'TaskScoreReady',
  'TaskErrorReported',
  'TaskEndAborted',
];

export const TARGETS = {
  'canonical-json': onJson((value) => [canonicalJson(value, 'go'), canonicalJson(value, 'python')]),
  'args-llm': onText((json) => parseTaskArgs('Llm', json)),
  'args-stable-diffusion': onText((json) => parseTaskArgs('StableDiffusion', json)),
  'args-fine-tune': onText((json) => parseTaskArgs('FineTuneLora', json)),
  'event-row': onJson(readEventRow),
  'event-args': onJson((value) => {
    const parsed = relayEventSchema.safeParse(value);
    return parsed.success ? EVENTS.map((type) => readEventArgs(parsed.data, type)) : null;
  }),
  refusal: onText((body) => [400, 401, 404, 500, 503].map((status) => readRefusal(status, body))),
  'task-envelope': onText((body) => parseWireJson(successSchema(inferenceTaskSchema), body, 'task')),
  'model-id': onText(parseModelId),
  'deep-link': onText(parseDeepLink),
  keystore: onText(parseKeystore),
  'recovery-words': onText(keyOfWords),
  preset: onFile('network.json', (_, folder) => readNetworkPresets({ builtIn: join(folder, 'none'), own: folder })),
  profiles: onFile('profiles.json', (file, folder) => openProfiles({ file, folder, clock: systemClock }).list()),
  settings: onFile('settings.json', (file) => openSettings({ file }).get()),
  'log-line': onText((line) => readLogLine(line, 0)),
  'nvidia-xml': onText(parseNvidiaXml),
  'other-cards': onText(readControllers),
  png: (input) => imageHash(input),
  checkpoint: onFile('checkpoint.zip', (file, folder) => unpackCheckpoint(file, join(folder, 'out'))),
  'request-frame': onText(checkRequestFrame),
  'answer-frame': onText(parseAnswerFrame),
  'engine-hello': onText((frame) => parseWireJson(engineHelloSchema, frame, 'hello')),
  'engine-job': onText((frame) => parseWireJson(engineJobSchema, frame, 'job')),
  'engine-result': onText((frame) => parseWireJson(engineResultSchema, frame, 'result')),
  'cnx-amount': onText((amount) => [formatCnx(parseCnx(amount)), formatCnxExact(parseCnx(amount))]),
  'typed-amount': onText(parseWei),
  ratio: onText(parseRatio),
  version: onText(parseVersion),
  'proxy-address': onText(readProxyAddress),
  'no-proxy': onText(readNoProxy),
  'window-state': onText(readWindowState),
} as const satisfies Readonly<Record<string, Target>>;

export type TargetName = keyof typeof TARGETS;

export const isTarget = (name: string): name is TargetName => Object.hasOwn(TARGETS, name);
