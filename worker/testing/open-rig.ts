/** An opened node in this process, with all its parts: everything is real except the engine, and there is no supervisor. */
import { homedir, userInfo } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type NodeConfigInput, nodeConfigSchema } from '../../contract/node-config.ts';
import type { NodeView } from '../../contract/worker-channel.ts';
import type { Hex } from '../../protocol/hex.ts';
import { LogFile } from '../kit/log-file.ts';
import { noKillPoint } from '../kit/points.ts';
import { redaction } from '../kit/redaction.ts';
import { createSigner } from '../kit/signer.ts';
import { systemClock } from '../kit/system-clock.ts';
import { systemRandom } from '../kit/system-random.ts';
import { createLog } from '../log.ts';
import { RelayNetwork } from '../networks/relay/relay-network.ts';
import type { NodeParts } from '../node/node-parts.ts';
import { openNode } from '../node/open-node.ts';
import { FakeEngine } from './fake-engine.ts';

export interface OpenRig {
  readonly parts: NodeParts;
  readonly engine: FakeEngine;
  /** Resolves with the first view that fits, at once if the latest does; rejects if the node breaks. */
  until(fits: (view: NodeView) => boolean): Promise<NodeView>;
  /** Ends the node in an orderly way; the data directory can be reused. */
  end(options?: { readonly quitNetwork: boolean }): Promise<void>;
}

export interface OpenRigOptions {
  readonly config: NodeConfigInput;
  readonly privateKey: Hex;
  readonly engine?: FakeEngine;
}

export async function openRig({ config, privateKey, engine = new FakeEngine() }: OpenRigOptions): Promise<OpenRig> {
  const parsed = nodeConfigSchema.parse(config);
  const undo: (() => void | Promise<void>)[] = [];
  const waiting = new Set<{
    fits: (view: NodeView) => boolean;
    resolve: (view: NodeView) => void;
    reject: (error: unknown) => void;
  }>();
  const logFile = new LogFile({ directory: join(parsed.dataDir, 'logs') });
  const parts = await openNode({
    ports: {
      clock: systemClock,
      random: systemRandom,
      createEngine: () => engine,
      createNetwork: (options) => new RelayNetwork(options),
      killPoint: noKillPoint,
    },
    config: parsed,
    signer: createSigner(privateKey),
    redaction: redaction({ secrets: [privateKey], homeDir: homedir(), userName: userInfo().username }),
    confirmedAlone: false,
    pid: process.pid,
    log: createLog({ level: 'warn', secrets: [privateKey], stream: { write() {} }, file: logFile }),
    logFile,
    onNode(view) {
      for (const wait of waiting) {
        if (!wait.fits(view)) continue;
        waiting.delete(wait);
        wait.resolve(view);
      }
    },
    onTask() {},
    onFatal(error) {
      for (const { reject } of waiting) reject(error);
    },
    onOpened: (callback) => void undo.push(callback),
  });
  let ended: Promise<void> | null = null;
  const end = async ({ quitNetwork }: { quitNetwork: boolean }) => {
    await parts.node.stop({ quitNetwork });
    for (const way of undo.reverse()) await way();
    logFile.close();
  };
  onTestFinished(async () => {
    if (ended === null) parts.node.stopNow();
    ended ??= end({ quitNetwork: false });
    await ended;
  });
  parts.node.start();
  return {
    parts,
    engine,
    until(fits) {
      const view = parts.node.view();
      if (fits(view)) return Promise.resolve(view);
      return new Promise((resolve, reject) => waiting.add({ fits, resolve, reject }));
    },
    end: (options = { quitNetwork: false }) => (ended ??= end(options)),
  };
}
