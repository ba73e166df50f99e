/** Runs tasks through workers and engines that are killed, and reads what is left. */
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect } from 'vitest';
import type { EngineConfig } from '../../contract/node-config.ts';
import type { TaskOutcome } from '../../devnet/application/outcome.ts';
import { STORE_FILE } from '../../worker/store/store.ts';
import type { TestNetwork, WorkerHandle } from './test-network.ts';

export interface LocalFacts {
  readonly ledger: readonly string[];
  readonly executions: readonly { readonly lifetime: string; readonly outcome: string | null }[];
}

/** The content of the node's own store, which a worker may have open. */
export function localFacts(network: TestNetwork, commitment: string): LocalFacts {
  const db = new DatabaseSync(path.join(network.dataDir, STORE_FILE), { readOnly: true });
  try {
    const ledger = db.prepare('SELECT score FROM score_ledger WHERE commitment = ?').all(commitment);
    const executions = db
      .prepare('SELECT lifetime, outcome FROM executions WHERE commitment = ? ORDER BY attempt')
      .all(commitment);
    return {
      ledger: ledger.map((row) => String(row.score)),
      executions: executions.map((row) => ({
        lifetime: String(row.lifetime),
        outcome: row.outcome === null ? null : String(row.outcome),
      })),
    };
  } finally {
    db.close();
  }
}

function writesOf(network: TestNetwork, commitment: string, action: 'score' | 'task_error') {
  return network.line.seen.filter((request) => request.method === 'POST' && request.path.endsWith(`${commitment}/${action}`));
}

export function expectOneVerdict(network: TestNetwork, outcome: TaskOutcome): void {
  const commitment = outcome.tasks[0]?.commitment ?? '';
  const { ledger, executions } = localFacts(network, commitment);
  const scores = new Set(writesOf(network, commitment, 'score').map((request) => JSON.parse(request.body).score));
  expect(new Set(executions.map((execution) => execution.lifetime)).size).toBe(executions.length);
  if (outcome.kind === 'success') {
    expect(ledger).toEqual([outcome.winner.score]);
    expect([...scores]).toEqual([outcome.winner.score]);
    expect(writesOf(network, commitment, 'task_error')).toEqual([]);
    expect(executions.filter((execution) => execution.outcome === 'scored')).toHaveLength(1);
  } else {
    expect(ledger).toEqual([]);
    expect([...scores]).toEqual([]);
    expect(executions.filter((execution) => execution.outcome === 'invalid')).toHaveLength(1);
  }
}

export function paidFor(network: TestNetwork, commitment: string): bigint[] {
  return network.relay
    .ledger()
    .filter((row) => row.type === 'TaskIncome' && row.reason.endsWith(commitment))
    .map((row) => row.wei);
}

/**
 * One worker after the other on a network, each killed or left without its engine, and restarted as the program would.
 */
export class KilledTasks {
  readonly #network: TestNetwork;
  /** Undefined: the network's default. */
  readonly #engine: EngineConfig | undefined;
  #worker: WorkerHandle | null = null;

  constructor(network: TestNetwork, engine?: EngineConfig) {
    this.#network = network;
    this.#engine = engine;
  }

  /** Runs one task to its end; on the way, the kill (`<victim>@<point>`) happens. */
  async runThrough(strike: string, kind: 'chat' | 'invalid' = 'chat'): Promise<TaskOutcome> {
    const worker = this.#worker ?? this.#start();
    await worker.started;
    writeFileSync(this.#network.strikeFile, strike);
    const ended = this.#network.runTask(kind);
    if (strike.startsWith('worker@')) {
      await expect(worker.client.exited).resolves.toEqual({ code: null, signal: 'SIGKILL' });
      this.#start();
    }
    const outcome = await ended;
    // `task.closed` and later: the node has to learn of the end.
    await this.#worker?.started;
    await this.#worker?.client.until((node) => node.currentTask === null);
    // A kill that never happened would prove nothing.
    await expect.poll(() => existsSync(this.#network.strikeFile)).toBe(false);
    return outcome;
  }

  #start(): WorkerHandle {
    this.#worker = this.#network.startWorker({ isKillable: true, ...(this.#engine && { engine: this.#engine }) });
    return this.#worker;
  }
}
