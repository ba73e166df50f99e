/** A node's procedures over a port, on a real store; the test controls everything around the store. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { NodeQuestion } from '../../../contract/act-questions.ts';
import { retentionSchema } from '../../../contract/retention.ts';
import { createNodeClient, type NodeClient } from '../../../contract/rpc-client.ts';
import { portPair, type RpcPort } from '../../../contract/rpc-port.ts';
import type { NodeView } from '../../../contract/worker-channel.ts';
import type { Hex } from '../../../protocol/hex.ts';
import { ManualClock } from '../../../protocol/ports.ts';
import { redaction } from '../../kit/redaction.ts';
import { Ledger } from '../../money/ledger/ledger.ts';
import type { Artifact } from '../../store/artifacts.ts';
import { Housekeeper } from '../../store/housekeeper.ts';
import { openStore, type Store } from '../../store/store.ts';
import { QUIET_LOG, START_MS } from '../../testing/loop-rig.ts';
import { SCORE, SELF } from '../../testing/remote-task.ts';
import { sha256Of } from '../../testing/sha256-of.ts';
import { tempDir } from '../../testing/temp-dir.ts';
import { CaseArchive } from '../../trust/case-archive.ts';
import { fakeNetwork } from '../../trust/testing/evidence.ts';
import { createNodeService, type NodeService } from '../node-service.ts';
import type { ServiceParts } from '../parts.ts';

export interface ServiceRig {
  /** A client as the program itself. */
  readonly client: NodeClient;
  /** A client as a page. */
  readonly page: NodeClient;
  /** Questions to a person, whose answer is `answer`. */
  readonly questions: NodeQuestion[];
  answer: boolean;
  readonly port: RpcPort;
  readonly store: Store;
  readonly service: NodeService;
  readonly dataDir: string;
  /** What the host has requested from the node. */
  readonly asked: string[];
  readonly unexpected: unknown[];
  /** Records an execution that ended in a score, with these files. */
  score(commitment: Hex, files: Readonly<Record<string, string>>): void;
}

export function nodeView(changes: Partial<NodeView> = {}): NodeView {
  return {
    ...{ revision: 1, address: SELF, state: 'running', message: 'It runs.', engine: 'ready', currentTask: null },
    ...{ relay: 'reachable', relayBalanceWei: null, error: null, gpu: null, life: null, stake: null, preflight: null },
    engineError: null,
    warmUp: null,
    ...{ relaySinceMs: null, chain: { kind: 'none' as const, sinceMs: null }, wanted: 'running' as const },
    ...changes,
  };
}

/** What only some tests have. */
function unused<Part extends object>(): Part {
  return new Proxy({} as Part, {
    get(_, name) {
      throw new Error(`${String(name)} is not used here`);
    },
  });
}

export function serviceRig(changes: Partial<ServiceParts> = {}): ServiceRig {
  const dataDir = tempDir();
  const resultsDir = join(dataDir, 'results');
  const store = openStore(dataDir, START_MS);
  onTestFinished(() => store.close());
  const clock = new ManualClock(START_MS);
  const asked: string[] = [];
  const unexpected: unknown[] = [];
  const questions: NodeQuestion[] = [];
  const service = createNodeService({
    parts: {
      node: {
        view: () => nodeView(),
        pause: () => void asked.push('pause'),
        lookAround: () => {},
        resume: () => void asked.push('resume'),
        unstake: () => void asked.push('unstake'),
        selfTest: (order) => void asked.push(`selfTest ${order}`),
        warmUp: (order) => void asked.push(`warmUp ${order}`),
      },
      ...{ store, dataDir, resultsDir, ledger: new Ledger(store.db) },
      money: unused<ServiceParts['money']>(),
      models: unused<ServiceParts['models']>(),
      clearance: unused<ServiceParts['clearance']>(),
      cases: new CaseArchive({
        store,
        dataDir,
        redaction: redaction({ secrets: [], homeDir: '/none', userName: 'none' }),
        clock,
      }),
      keeper: new Housekeeper({ store, resultsDir, retention: retentionSchema.parse({}), clock, log: QUIET_LOG }),
      reader: fakeNetwork(),
      gpu: { history: () => [], energy: () => [] },
      metrics: unused<ServiceParts['metrics']>(),
      networkClock: clock,
      random: { bytes: (count) => new Uint8Array(count).fill(7), fraction: () => 0 },
      ...changes,
    },
    withoutKey: (text) => text,
    ask: async (question) => {
      questions.push(question);
      return made.answer;
    },
    onUnexpected: (error) => unexpected.push(error),
  });
  const [near, far] = portPair();
  service.serve(far, 'own');
  const [pageNear, pageFar] = portPair();
  service.serve(pageFar);
  const made: ServiceRig = {
    ...{ page: createNodeClient(pageNear), questions, answer: false },
    ...{ client: createNodeClient(near), port: near, store, service, dataDir, asked, unexpected },
    score(commitment, files) {
      const artifacts = Object.entries(files).map(([name, content], position): Artifact => {
        const path = join(commitment, '1', name);
        mkdirSync(dirname(join(resultsDir, path)), { recursive: true });
        writeFileSync(join(resultsDir, path), content);
        return { kind: 'file', position, path, sha256: sha256Of(Buffer.from(content)), size: content.length };
      });
      store.executions.begin(commitment, 'L1', START_MS + 1_000);
      store.recordResult({ commitment, score: SCORE, artifacts, nowMs: START_MS + 3_000 });
    },
  };
  return made;
}
