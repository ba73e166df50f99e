/**
 * Runs `nvidia-smi -q -x` once for all NVIDIA cards. Its output is used even if the call failed or other text surrounds
 * it, and whatever else it says is reported beside the cards. ARCHITECTURE.md explains why no library does this.
 */

import type { GpuCard } from '../../contract/gpu.ts';
import { SYSTEM } from '../../platform/system.ts';
import type { ProcessOutcome, ProcessRunner } from '../kit/process-runner.ts';
import { type GpuErrorCode, type GpuProblem, gpuProblem } from './errors.ts';
import { locateLog } from './nvidia-text.ts';
import { type NvidiaXml, parseNvidiaXml } from './nvidia-xml.ts';

type Failure<Kind extends string> = { readonly kind: Kind; readonly problem: GpuProblem };

export type NvidiaProbe =
  /** `problems`: what is wrong with cards that the driver could not show. */
  | { readonly kind: 'found'; readonly cards: readonly GpuCard[]; readonly problems: readonly GpuProblem[] }
  | Failure<'binaryMissing'>
  | Failure<'noDriver'>
  | Failure<'driverMismatch'>
  | Failure<'noPermission'>
  | Failure<'noCards'>
  | Failure<'cardLost'>
  | Failure<'timedOut'>
  | Failure<'unreadable'>
  | Failure<'failed'>;
type NvidiaFailureKind = Exclude<NvidiaProbe['kind'], 'found'>;

const CODES: Readonly<Record<NvidiaFailureKind, GpuErrorCode>> = {
  binaryMissing: 'GPU_BINARY_MISSING',
  noDriver: 'GPU_NO_DRIVER',
  driverMismatch: 'GPU_DRIVER_MISMATCH',
  noPermission: 'GPU_NO_PERMISSION',
  noCards: 'GPU_NO_CARDS',
  cardLost: 'GPU_CARD_LOST',
  timedOut: 'GPU_PROBE_TIMED_OUT',
  unreadable: 'GPU_PROBE_UNREADABLE',
  failed: 'GPU_PROBE_FAILED',
};

/** nvidia-smi's documented return codes come first, because they do not depend on the language. */
const FAILURE_BY_EXIT_CODE: ReadonlyMap<number, NvidiaFailureKind> = new Map([
  [4, 'noPermission'],
  [6, 'noCards'],
  [9, 'noDriver'],
  [12, 'noDriver'],
  [15, 'cardLost'],
  [16, 'cardLost'],
  [18, 'driverMismatch'],
]);

/** For codes that say nothing (1, 255), and for builds that exit with 0 all the same. */
const FAILURE_BY_TEXT: readonly (readonly [RegExp, NvidiaFailureKind])[] = [
  [/version mismatch/i, 'driverMismatch'],
  [/couldn't communicate with the NVIDIA driver|driver not loaded|couldn't find libnvidia-ml/i, 'noDriver'],
  [/insufficient permissions/i, 'noPermission'],
  [/no devices were found/i, 'noCards'],
  [/gpu is lost|fallen off the bus|unable to determine the device handle/i, 'cardLost'],
];

const INFOROM_CORRUPTED = 14;

/** With persistence mode, a call takes some tenths of a second. */
const SLOW_MS = 3000;

type Exited = Extract<ProcessOutcome, { kind: 'exited' }>;

export interface NvidiaSmiOptions {
  readonly runner: ProcessRunner;
  /** Tried in order until one exists; `SYSTEM.cards.nvidiaSmi` are this machine's. */
  readonly commands: readonly string[];
  readonly timeoutMs?: number;
}

/** Without persistence mode, a first call takes seconds on machines with many cards. */
export const NVIDIA_SMI_TIMEOUT_MS = 15_000;

export class NvidiaSmi {
  readonly #options: NvidiaSmiOptions;
  /** True while a killed call is still alive: another call would hang as well, and every few seconds one more. */
  #hanging = false;

  constructor(options: NvidiaSmiOptions) {
    this.#options = options;
  }

  /** Never rejects. */
  async probe(): Promise<NvidiaProbe> {
    const { runner, commands, timeoutMs = NVIDIA_SMI_TIMEOUT_MS } = this.#options;
    if (this.#hanging) return failureOutcome('timedOut', 'an earlier call still hangs');
    for (const command of commands) {
      const outcome = await runner.run({ command, args: ['-q', '-x'], timeoutMs });
      if (outcome.kind !== 'notFound') return this.#judge(outcome, timeoutMs);
    }
    return failureOutcome('binaryMissing', commands.join(', '));
  }

  async #judge(outcome: Exclude<ProcessOutcome, { kind: 'notFound' }>, timeoutMs: number): Promise<NvidiaProbe> {
    switch (outcome.kind) {
      case 'timedOut':
        this.#hanging = true;
        void outcome.gone.then(() => {
          this.#hanging = false;
        });
        return failureOutcome('timedOut', `no answer within ${timeoutMs / 1000} s`);
      case 'failed':
        return failureOutcome('failed', outcome.detail);
      case 'exited':
        return await judgeOutput(outcome);
    }
  }
}

async function judgeOutput(exit: Exited): Promise<NvidiaProbe> {
  const located = locateLog(exit.stdout);
  const text = `${exit.stderr}\n${located === null ? exit.stdout : located.around}`;
  const reportedFailure = failureOf(exit.code, text);
  const detail = `exit code ${exit.code}: ${firstLine(text)}`;
  if (located === null) return failureOutcome(reportedFailure ?? (exit.code === 0 ? 'unreadable' : 'failed'), detail);
  const xml = await parseNvidiaXml(exit.stdout);
  if (xml.kind === 'unreadable') return failureOutcome(reportedFailure ?? 'unreadable', xml.detail);
  if (xml.cards.length === 0) return failureOutcome(reportedFailure ?? 'noCards', detail);
  return { kind: 'found', cards: xml.cards, problems: warningsWithCards({ xml, reportedFailure, exit, text }) };
}

/** Problems to report although cards were read. */
function warningsWithCards(given: {
  readonly xml: Extract<NvidiaXml, { kind: 'cards' }>;
  readonly reportedFailure: NvidiaFailureKind | null;
  readonly exit: Exited;
  readonly text: string;
}): GpuProblem[] {
  const { xml, reportedFailure, exit, text } = given;
  const problems: GpuProblem[] = [];
  const quoted = firstLine(text) || `exit code ${exit.code}`;
  if (exit.code === INFOROM_CORRUPTED || /inforom is corrupted/i.test(text)) {
    problems.push(gpuProblem('GPU_INFOROM_CORRUPTED', quoted));
  } else if (reportedFailure !== null) {
    problems.push(gpuProblem(CODES[reportedFailure], quoted));
  } else if (exit.code !== 0) {
    problems.push(gpuProblem('GPU_PROBE_WARNED', `exit code ${exit.code}: ${firstLine(text)}`));
  }
  if (reportedFailure !== 'cardLost' && xml.attached !== null && xml.attached > xml.cards.length) {
    problems.push(gpuProblem('GPU_CARD_LOST', `${xml.attached} cards attached, ${xml.cards.length} shown`));
  }
  if (xml.persistence === 'off' && exit.tookMs >= SLOW_MS) {
    problems.push(gpuProblem('GPU_SLOW_READING', `${(exit.tookMs / 1000).toFixed(1)} s`));
  }
  return problems;
}

function failureOf(code: number, text: string): NvidiaFailureKind | null {
  return (
    (code === 0 ? undefined : FAILURE_BY_EXIT_CODE.get(code)) ??
    FAILURE_BY_TEXT.find(([pattern]) => pattern.test(text))?.[1] ??
    null
  );
}

function firstLine(text: string): string {
  return (text.split('\n').find((line) => line.trim() !== '') ?? '').trim().slice(0, 200);
}

function failureOutcome(kind: NvidiaFailureKind, detail: string): NvidiaProbe {
  return { kind, problem: gpuProblem(CODES[kind], detail) };
}

/** This machine's nvidia-smi, or the given one. */
export function machineNvidiaSmi(given: { readonly command: string | undefined; readonly runner: ProcessRunner }): NvidiaSmi {
  const { command, runner } = given;
  return new NvidiaSmi({ runner, commands: command === undefined ? SYSTEM.cards.nvidiaSmi : [command] });
}
