/** A program without running nodes, a folder with a nodes file, and a way to apply it. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import type { HostClient } from '../../../contract/rpc-client.ts';
import type { ToWorkerInput } from '../../../contract/worker-channel.ts';
import { bundledModelIds } from '../../../host/app/bundled-models.ts';
import type { HostApp } from '../../../host/app/host-app.ts';
import { openTestHost, recordingWorker } from '../../../host/testing/test-host.ts';
import { recordsOf } from '../../cli/ask-program.ts';
import { readPassphrases } from '../../cli/unattended.ts';
import { type ApplyOptions, applyNodesFile } from '../apply.ts';

export const PASSPHRASE = 'planted-passphrase';
export const keyOf = (digit: string) => `0x${digit.repeat(64)}` as const;
export const [MODEL = ''] = bundledModelIds();

export const PRESET = {
  ...{ id: 'nowhere', title: 'Nowhere', network: 'nowhere', relayUrl: 'http://127.0.0.1:9' },
  ...{ acceptedEngines: ['embedded'], samplingModulus: 10, minStakeWei: '1000000000000000000' },
};

export const FILE = `version: 1
passphrase: { file: passphrase }
networks:
  - file: nowhere.json
settings:
  tariff: 0.30
  notify-payment: on
  notify-slashed: off
  telegram: on
  telegram-chat: "@hosts_of_cards"
secrets:
  hub-token: { file: hub-token }
nodes:
  - name: card-0
    network: nowhere
    key: { file: keys/0 }
    gpu: { stated: { name: Card+Linux, vramGib: 8 } }
    models: [${MODEL}]
  - name: card-1
    network: nowhere
    key: { file: keys/1 }
    stake: 2.5
    gpu: { stated: { name: Card+Linux, vramGib: 8 } }
    models: [${MODEL}]
    autoStart: true
`;

/** What a test applies files to; created before each test. */
export interface ApplyRig {
  folder: string;
  app: HostApp;
  /** Every message sent to a node's process. */
  told: ToWorkerInput[];
}

export const rig = {} as ApplyRig;

/** For `beforeEach`. */
export async function startApplyRig(): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'apply-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const told: ToWorkerInput[] = [];
  const dataDir = path.join(folder, 'data');
  const app = await openTestHost({ dataDir, scryptN: 2, openWorker: () => recordingWorker(told) });
  onTestFinished(() => app.close());
  Object.assign(rig, { folder, app, told });
  write('passphrase', `${PASSPHRASE}\n`);
  write('nowhere.json', JSON.stringify(PRESET));
}

export function write(name: string, text: string): void {
  mkdirSync(path.dirname(path.join(rig.folder, name)), { recursive: true });
  writeFileSync(path.join(rig.folder, name), text);
}

export async function apply(text: string, options: Partial<ApplyOptions> = {}) {
  write('nodes.yaml', text);
  return applyNodesFile({
    ...{ host: rig.app.client, nodeOf: async (id: string) => recordsOf(rig.app, id), file: path.join(rig.folder, 'nodes.yaml') },
    ...{
      variables: {},
      dataDir: path.join(rig.folder, 'data'),
      credentialsDir: rig.folder,
      given: new Set<number>(),
      program: 'running' as const,
    },
    passphrases: await readPassphrases({ descriptor: null, credentialsDir: rig.folder }),
    ...{ signal: new AbortController().signal, prune: false, dryRun: false, scryptN: 2 },
    ...options,
  });
}

export const profiles = () => rig.app.parts.profiles.list();
export const filesOf = (at: string) =>
  readdirSync(at, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile())
    .map((file) => [file.name, readFileSync(path.join(file.parentPath, file.name), 'utf8')]);

export function plantKeys(): void {
  write('keys/0', keyOf('1'));
  write('keys/1', `${keyOf('2').slice(2)}\n`);
  write('hub-token', 'hf_planted\n');
}

/** The program's own client with some calls overridden. */
export function withParts(parts: object): HostClient {
  return new Proxy(rig.app.client, {
    get: (client, name) => (name in parts ? Reflect.get(parts, name) : Reflect.get(client, name)),
  });
}
