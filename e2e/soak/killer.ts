/** Kills processes and sets clocks. Every counted kill hit a running process. */
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { KILL_POINTS, type KillPoint } from '../../worker/kit/points.ts';
import { processIdentity } from '../../worker/kit/process-identity.ts';
import type { Fault, ProxiedRequest } from '../support/fault-proxy.ts';
import type { Choices } from './choices.ts';
import { type HostControl, kill } from './host-control.ts';
import type { SoakNode } from './soak-network.ts';

const KILL_KINDS = [
  'workerAtPoint',
  'engineAtPoint',
  'worker',
  'engine',
  'workerAtRequest',
  'workerInTransaction',
  'host',
  'everything',
] as const;
export type KillKind = (typeof KILL_KINDS)[number];

/** `workerInTransaction` is part of the acts on the chain. */
const WEIGHTS = { workerAtPoint: 26, engineAtPoint: 26, worker: 12, engine: 14, workerAtRequest: 10, host: 6, everything: 6 };
const STEPS_MS = [-86_400_000, -3_600_000, -45_000, 0, 45_000, 3_600_000, 86_400_000];
/** A point that no task reaches is given up. */
const POINT_WITHIN_MS = 8_000;
const BOOT_WITHIN_MS = 60_000;
const POLL_MS = 20;

const isActPoint = (point: KillPoint) => point.startsWith('stakeAct.') || point.startsWith('join.');
const isInvalidTaskPoint = (point: KillPoint) => point.startsWith('error.') || point.startsWith('outcome.');
const TASK_POINTS = KILL_POINTS.filter((point) => !isActPoint(point) && !isInvalidTaskPoint(point));
const INVALID_POINTS = KILL_POINTS.filter(isInvalidTaskPoint);

const recordSchema = z.object({ pid: z.number().int().min(2), identity: z.string().min(1) });

interface LineKill {
  readonly fits: (request: ProxiedRequest) => boolean;
  readonly when: 'before' | 'after';
  readonly done: () => void;
}

export class Killer {
  readonly counts: Record<KillKind, number> = Object.fromEntries(KILL_KINDS.map((kind) => [kind, 0])) as Record<KillKind, number>;
  clockSteps = 0;
  readonly #control: HostControl;
  readonly #nodes: readonly SoakNode[];
  readonly #choices: Choices;
  readonly #lines = new Map<string, LineKill>();

  constructor(control: HostControl, nodes: readonly SoakNode[], choices: Choices) {
    this.#control = control;
    this.#nodes = nodes;
    this.#choices = choices;
  }

  get total(): number {
    return Object.values(this.counts).reduce((sum, count) => sum + count, 0);
  }

  /** One kill around this node. Resolves when it has happened or was given up. */
  async strike(node: SoakNode): Promise<void> {
    const kind = this.#choices.weighted(WEIGHTS);
    // Some while the program is still starting, the others while it is running.
    if (!this.#choices.chance(0.15)) await this.#control.until(node.name, ({ state }) => state === 'running', BOOT_WITHIN_MS);
    switch (kind) {
      case 'workerAtPoint':
      case 'engineAtPoint': {
        const point = this.#choices.oneOf(this.#choices.chance(0.05) ? INVALID_POINTS : TASK_POINTS);
        const victim = kind === 'workerAtPoint' ? 'worker' : 'engine';
        return this.#counted(kind, await this.#atPoint(node, victim, point));
      }
      case 'workerAtRequest': {
        const end = this.#choices.oneOf(['/score', '/results']);
        const fits = ({ method, path }: ProxiedRequest) =>
          method === 'POST' && path.includes('inference_tasks') && path.endsWith(end);
        return this.#counted(kind, await this.#atRequest(node, fits));
      }
      case 'worker':
        await sleep(this.#choices.fraction() * 1_000);
        return this.#counted(kind, kill(this.#control.node(node.name).pid));
      case 'engine':
        await sleep(this.#choices.fraction() * 1_000);
        return this.#counted(kind, (await enginesOf(node)).map((pid) => kill(pid)).includes(true));
      case 'host':
        return this.#counted(kind, kill(this.#control.hostPid));
      case 'everything': {
        const engines = await Promise.all(this.#nodes.map(enginesOf));
        const workers = this.#nodes.map(({ name }) => this.#control.node(name).pid);
        return this.#counted(kind, [this.#control.hostPid, ...workers, ...engines.flat()].map((pid) => kill(pid)).includes(true));
      }
    }
  }

  /** On the way to a transaction of the node, or around one of its requests to the chain. */
  async strikeInTransaction(node: SoakNode, points: readonly KillPoint[]): Promise<void> {
    const isSending = ({ body }: ProxiedRequest) => body.includes('eth_sendRawTransaction');
    const isReceipt = ({ body }: ProxiedRequest) => body.includes('eth_getTransactionReceipt');
    const hit = this.#choices.chance(0.5)
      ? await this.#atPoint(node, 'worker', this.#choices.oneOf(points))
      : await this.#atRequest(node, this.#choices.chance(0.7) ? isSending : isReceipt);
    this.#counted('workerInTransaction', hit);
  }

  /** Around the request of a withdrawal. */
  async strikeInWithdrawal(node: SoakNode): Promise<void> {
    this.#counted(
      'workerInTransaction',
      await this.#atRequest(node, ({ method, path }) => method === 'POST' && path.includes('withdraw')),
    );
  }

  stepClock(node: SoakNode): void {
    const { pid, state } = this.#control.node(node.name);
    if (state !== 'running') return;
    writeFileSync(node.files.step, String(this.#choices.oneOf(STEPS_MS)));
    if (kill(pid, 'SIGUSR2')) this.clockSteps += 1;
  }

  /** For the plan of a node's proxies: what happens to a request because a process is killed at it; null = nothing. */
  atLine(node: SoakNode, request: ProxiedRequest): Fault | null {
    const armed = this.#lines.get(node.name);
    if (armed === undefined || !armed.fits(request)) return null;
    this.#lines.delete(node.name);
    const strike = () => {
      if (kill(this.#control.node(node.name).pid)) armed.done();
    };
    if (armed.when === 'after') return { kind: 'dropAfter', between: strike };
    strike();
    return { kind: 'dropBefore' };
  }

  async #atPoint(node: SoakNode, victim: 'worker' | 'engine', point: KillPoint): Promise<boolean> {
    const { strike } = node.files;
    writeFileSync(strike, `${victim}@${point}`);
    for (let waited = 0; waited < POINT_WITHIN_MS; waited += POLL_MS) {
      if (!existsSync(strike)) return true;
      await sleep(POLL_MS);
    }
    if (!existsSync(strike)) return true;
    rmSync(strike, { force: true });
    return false;
  }

  #atRequest(node: SoakNode, fits: LineKill['fits']): Promise<boolean> {
    if (this.#lines.has(node.name)) return Promise.resolve(false);
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#lines.delete(node.name);
        resolve(false);
      }, POINT_WITHIN_MS);
      const done = () => {
        clearTimeout(timer);
        resolve(true);
      };
      this.#lines.set(node.name, { fits, when: this.#choices.oneOf(['before', 'after'] as const), done });
    });
  }

  #counted(kind: KillKind, hit: boolean): void {
    if (hit) this.counts[kind] += 1;
  }
}

/** By the files in which a worker remembers them; an id that another process has by now does not count. */
async function enginesOf({ dataDir }: SoakNode): Promise<number[]> {
  const folder = join(dataDir, 'engine');
  const names = await readdir(folder).catch(() => []);
  const records = await Promise.all(
    names.filter((name) => name.endsWith('-engine.json')).map((name) => readRecord(join(folder, name))),
  );
  return records.filter((pid) => pid !== null);
}

async function readRecord(file: string): Promise<number | null> {
  const parsed = recordSchema.safeParse(
    await readFile(file, 'utf8')
      .then(JSON.parse)
      .catch(() => null),
  );
  if (!parsed.success) return null;
  return (await processIdentity(parsed.data.pid)) === parsed.data.identity ? parsed.data.pid : null;
}
