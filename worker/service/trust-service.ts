/** Case files, standing and protection of this node, for a UI. */
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { QosExplanation } from '../../contract/standing.ts';
import { bytesToHex } from '../../protocol/hex.ts';
import { REAL_RELAY_POLICY } from '../../protocol/node/selection.ts';
import { readProtection } from '../store/protection.ts';
import type { LocalNodeFacts, NodeNamePolicy } from '../trust/no-task-facts.ts';
import { readNoTasks, readQos } from '../trust/standing.ts';
import type { ServiceParts } from './parts.ts';
import { MAX_FILE_BYTES } from './result-file.ts';

export type TrustParts = Pick<ServiceParts, 'node' | 'store' | 'dataDir' | 'cases' | 'reader' | 'networkClock' | 'random'>;

/** No relay publishes its rule; this is what real ones do. */
const POLICY: NodeNamePolicy = { minimumNodeNameNumber: REAL_RELAY_POLICY.minimumNodeNameNumber, known: false };
const NAME_BYTES = 8;

export class TrustService {
  readonly #parts: TrustParts;

  constructor(parts: TrustParts) {
    this.#parts = parts;
  }

  /** The bundle as it would be written to a file, without result files that are too large for a UI. */
  async exportCase(id: string): Promise<{ fileName: string; base64: string }> {
    const { cases, dataDir, random } = this.#parts;
    const file = cases.get(id);
    const folder = join(dataDir, 'exports');
    const path = join(folder, `${bytesToHex(random.bytes(NAME_BYTES)).slice(2)}.zip`);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    try {
      await cases.export(file.id, path, { maxFileBytes: MAX_FILE_BYTES });
      return { fileName: `crynux-case-${file.id}.zip`, base64: (await readFile(path)).toString('base64') };
    } finally {
      await rm(path, { force: true });
    }
  }

  /** Reads it again, and saves it for when the process is not running. */
  async qos(): Promise<QosExplanation> {
    const { reader, networkClock, store } = this.#parts;
    const qos = await readQos({ network: reader, nowMs: networkClock.now() });
    store.settings.set('lastQos', qos);
    return qos;
  }

  noTasks() {
    const { reader, networkClock } = this.#parts;
    return readNoTasks({ network: reader, local: this.#local(), policy: POLICY, nowMs: networkClock.now() });
  }

  protection() {
    return readProtection(this.#parts.store.db);
  }

  #local(): LocalNodeFacts {
    const { state, gpu, engine, relay } = this.#parts.node.view();
    const guards = gpu?.acceptance.reasons.map(({ code }) => code) ?? [];
    // Law 7: a node whose engine is not accepted does not open.
    return { node: state, guards, engine, engineAccepted: true, relay };
  }
}
