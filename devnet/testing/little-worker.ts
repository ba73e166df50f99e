/**
 * A worker program that only speaks the contract. Model ids control it: `base:fatal` fails at the start, `base:deaf`
 * ignores `stop` and SIGTERM.
 */
import type { FromWorker } from '../../contract/worker-channel.ts';
import { toWorkerSchema } from '../../contract/worker-channel.ts';
import type { Hex } from '../../protocol/hex.ts';
import { addressOf } from '../../protocol/signing/keys.ts';

function tell(message: FromWorker): void {
  process.send?.(message);
}

function serve(): void {
  let deaf = false;
  process.on('SIGTERM', () => {
    if (!deaf) process.exit(0);
  });
  process.on('disconnect', () => process.exit(0));
  process.on('message', (raw) => {
    const message = toWorkerSchema.parse(raw);
    if (message.type === 'stop' && !deaf) {
      tell({ type: 'stopped' });
      process.disconnect();
    }
    if (message.type !== 'start') return;
    const { modelIds, network } = message.config;
    deaf = modelIds.includes('base:deaf');
    if (modelIds.includes('base:fatal')) {
      tell({ type: 'fatal', error: { code: 'NODE_REFUSED', message: 'no', data: {} } });
      return;
    }
    tell({
      type: 'node',
      node: {
        revision: 1,
        address: addressOf(message.privateKey as Hex),
        state: 'running',
        message: `joined ${network.relayUrl}`,
        engine: 'ready',
        currentTask: null,
        relay: 'reachable',
        relaySinceMs: null,
        chain: { kind: 'none', sinceMs: null },
        wanted: 'running',
        engineError: null,
        warmUp: null,
        relayBalanceWei: null,
        error: null,
        gpu: null,
        life: null,
        stake: null,
        preflight: null,
      },
    });
  });
  tell({ type: 'alive', pid: process.pid });
}

if (import.meta.main) serve();
