/**
 * Opens case files and completes them. Opening is synchronous and needs only the store and the disk, because the node
 * removes a task's results right after it has seen its end. What requires the network follows later, and is retried
 * until it has been answered, also across restarts.
 */
import { join } from 'node:path';
import type { CaseFile, MachineFacts } from '../../contract/trust.ts';
import { type Hex, isHex } from '../../protocol/hex.ts';
import type { Clock } from '../../protocol/ports.ts';
import type { TaskStatus } from '../../protocol/tasks/status.ts';
import type { RelayEvent } from '../../protocol/wire/event.ts';
import { backoffMs } from '../kit/backoff.ts';
import { Waker } from '../kit/waker.ts';
import type { Log } from '../log.ts';
import type { TrustNetwork } from '../networks/relay/relay-reader.ts';
import type { Store } from '../store/store.ts';
import { buildCase, endedTask, nodeEvents } from './build-case.ts';
import { type CaseVerdict, caseFor } from './case-for.ts';
import { faultOfEnd } from './fault.ts';
import { nodesFromEvidence } from './group-members.ts';
import { deviationsOf, evidenceOf, type Findings, faultAfterGroup, investigate, reviewAfter } from './investigate.ts';
import { keepFiles, verifyFiles } from './keep-files.ts';
import { logExcerpt } from './log-excerpt.ts';

export interface CaseCollectorOptions {
  readonly store: Store;
  readonly network: TrustNetwork;
  /** This machine's clock, which the log uses, too; and for waiting. */
  readonly clock: Clock;
  /** Absolute. Cases are stored in `<dataDir>/cases/<id>`. */
  readonly dataDir: string;
  readonly resultsDir: string;
  /** The machine now; the store's engine lifetimes say what it was earlier. */
  readonly machine: () => MachineFacts;
  /** Log files of JSON lines, oldest first. */
  readonly logPaths: () => readonly string[];
  /** In bits; null if the network's threshold is unknown. */
  readonly distanceThreshold: number | null;
  readonly log: Log;
  readonly onCase?: (file: CaseFile) => void;
}

const RETRY = { baseMs: 5_000, capMs: 10 * 60_000 };
const IDLE_MS = 3_600_000;
/** Warnings up to this long before the task was seen, and up to now, belong to its log. */
const LOG_MARGIN_MS = 60_000;

export function caseDir(dataDir: string, id: string): string {
  return join(dataDir, 'cases', id);
}

export class CaseCollector {
  readonly #options: CaseCollectorOptions;
  readonly #waker: Waker;

  constructor(options: CaseCollectorOptions) {
    this.#options = options;
    this.#waker = new Waker(options.clock);
  }

  get #isOnChain(): boolean {
    return this.#options.network.rules.mode === 'chain';
  }

  /** Call this when anything about a task has changed, before its results are removed. */
  onTask(commitment: Hex): void {
    const { store, network, clock } = this.#options;
    const isOnChain = this.#isOnChain;
    const task = endedTask(store, commitment, { isOnChain });
    if (task === null) return;
    const known = store.cases.find(commitment);
    if (known !== null) {
      this.#refresh(known);
      return;
    }
    // Only an invalidated task is a reason for a slash.
    const slashes = task.status === 'EndInvalidated' ? nodeEvents(store) : [];
    const events = slashes.filter((event) => event.commitment === commitment);
    const verdict = caseFor({ task, events, self: network.address, isOnChain, nowMs: clock.now() });
    if (verdict !== null) this.#open(verdict);
  }

  /** Call this with every event about the node; repetitions change nothing. */
  onNodeEvent(event: RelayEvent): void {
    const { store, network, clock } = this.#options;
    const { commitment } = event;
    const slashedTask = event.type === 'NodeSlashed' && commitment !== null && isHex(commitment, 32) ? commitment : null;
    const isOnChain = this.#isOnChain;
    const task = slashedTask === null ? null : endedTask(store, slashedTask, { isOnChain });
    const verdict = caseFor({ task, events: [event], self: network.address, isOnChain, nowMs: clock.now() });
    // Without an event, the verdict is about the task's end, which `onTask` handles.
    if (verdict === null || verdict.event === null) return;
    const known = store.cases.find(verdict.id);
    if (known === null) this.#open(verdict);
    else if (known.review.kind !== 'slashed' && verdict.kind === 'slashed') {
      const { kind, review } = verdict;
      this.#put({ ...known, kind, review, deviations: deviationsOf(review), eventArgs: event.args, complete: false });
      this.#waker.wake();
    }
  }

  /** Called once at the start: opens what a process killed at the wrong moment missed. */
  sweep(): void {
    const { store } = this.#options;
    for (const commitment of store.cases.unjudged()) this.onTask(commitment);
    for (const event of nodeEvents(store)) this.onNodeEvent(event);
  }

  /** Completes cases now and whenever one is opened, until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    let failures = 0;
    while (!signal.aborted) {
      failures = (await this.completeAll()) ? 0 : failures + 1;
      await this.#waker.sleep(failures === 0 ? IDLE_MS : backoffMs(failures, RETRY), signal).catch(() => {});
    }
  }

  /** Tries every incomplete case once; returns true if none is left. */
  async completeAll(): Promise<boolean> {
    const { store, log } = this.#options;
    for (const file of store.cases.incomplete()) {
      try {
        await this.#complete(file);
      } catch (error) {
        log.warn({ case: file.id, err: error }, 'a case could not be completed yet');
      }
    }
    return store.cases.incomplete().length === 0;
  }

  #open(verdict: CaseVerdict): void {
    const { store, dataDir, resultsDir, machine, clock, log } = this.#options;
    const { commitment } = verdict;
    // A kick-out is about fifty tasks, not about the one that happened to be last.
    const isAboutTask = verdict.id === commitment && isHex(commitment, 32);
    const artifacts = isAboutTask ? store.artifacts.of(commitment) : [];
    const files = keepFiles({ artifacts, resultsDir, caseDir: caseDir(dataDir, verdict.id) });
    const lost = files.filter((file) => file.path === null).length;
    if (lost > 0) log.warn({ case: verdict.id, lost, code: 'TRUST_FILES_NOT_KEPT' }, 'result files could not be kept');
    log.info({ case: verdict.id, kind: verdict.kind, fault: verdict.fault.code, commitment }, 'a case was opened');
    this.#put(buildCase({ store, verdict, files, machine: machine(), reportedLastStatus: null, nowMs: clock.now() }));
    this.#waker.wake();
  }

  /** The task continued after its case was opened: a slash event came before the task was read, or the task was closed. */
  #refresh(known: CaseFile): void {
    const { task, timeline } = this.#rebuild(known, known.task?.lastStatus ?? null);
    if (JSON.stringify([task, timeline]) === JSON.stringify([known.task, known.timeline])) return;
    const complete = known.complete && task?.status === known.task?.status;
    this.#put({ ...known, task, timeline, complete });
    if (!complete) this.#waker.wake();
  }

  #rebuild(file: CaseFile, reportedLastStatus: TaskStatus | null): CaseFile {
    const { store } = this.#options;
    const verdict: CaseVerdict = { ...file, event: null };
    const { machine, openedMs } = file;
    return buildCase({ store, verdict, files: file.own.files, machine, reportedLastStatus, nowMs: openedMs });
  }

  async #complete(file: CaseFile): Promise<void> {
    const { store, dataDir, network, distanceThreshold, clock, logPaths } = this.#options;
    const files = await verifyFiles(file.own.files, caseDir(dataDir, file.id));
    const times = file.timeline.map((entry) => entry.atMs);
    const log = await logExcerpt({
      paths: logPaths(),
      commitment: file.commitment,
      fromMs: Math.min(file.openedMs, ...times) - LOG_MARGIN_MS,
      toMs: Math.max(file.openedMs, ...times) + LOG_MARGIN_MS,
    });
    const findings = await investigate(file, { network, distanceThreshold, nowMs: clock.now() });
    // If a slash has come or the task was read meanwhile, the findings are too early.
    const current = store.cases.find(file.id) ?? file;
    const complete = current.kind === file.kind && current.task?.status === file.task?.status;
    const filled = this.#withFindings({ ...current, own: { ...current.own, files } }, findings);
    this.#put({ ...filled, log, complete });
  }

  #withFindings(file: CaseFile, findings: Findings): CaseFile {
    const { store } = this.#options;
    const rebuilt = this.#rebuild(file, findings.reportedLastStatus);
    const invalidated = rebuilt.timeline.find((entry) => entry.value === 'EndInvalidated');
    const seen = { status: findings.status, invalidatedMs: invalidated?.atMs ?? file.openedMs };
    // A contract slashes in the same transaction that invalidates, so nobody reviews it.
    const review = this.#isOnChain ? file.review : reviewAfter(file.review, seen);
    const how = { reportedLastStatus: findings.reportedLastStatus, isOnChain: this.#isOnChain };
    const ended = file.id === file.commitment ? endedTask(store, file.id as Hex, how) : null;
    const fault = (ended === null ? null : faultOfEnd(ended)) ?? file.fault;
    const { qos, group } = findings;
    const evidence = evidenceOf(file);
    return {
      ...rebuilt,
      fault: faultAfterGroup(fault, group, this.#isOnChain),
      review,
      group,
      groupNodes: evidence === null ? [] : nodesFromEvidence(evidence, this.#options.network.address),
      deviations: deviationsOf(review),
      eventArgs: file.eventArgs,
      qos,
    };
  }

  #put(file: CaseFile): void {
    this.#options.store.cases.save(file);
    this.#options.onCase?.(file);
  }
}
