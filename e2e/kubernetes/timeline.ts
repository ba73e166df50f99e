/** What happened to the pods' containers, and when. */
import { elapsedMs, monotonicNow } from '../../protocol/monotonic.ts';
import type { Clock } from '../../protocol/ports.ts';
import type { PodEvent } from './running-pod.ts';

interface Entry {
  readonly atMs: number;
  readonly machine: string;
  readonly pod: string;
  readonly event: PodEvent;
}

export interface Timeline {
  record(machine: string, pod: string, event: PodEvent): void;
  /** Of one pod, in order. */
  of(pod: string): readonly Entry[];
  all(): readonly Entry[];
}

export function createTimeline(clock: Clock, say: (text: string) => void): Timeline {
  const entries: Entry[] = [];
  const began = monotonicNow(clock);
  return {
    record(machine, pod, event) {
      const atMs = elapsedMs(began, monotonicNow(clock));
      entries.push({ atMs, machine, pod, event });
      const { kind, ...facts } = event;
      say(
        `${(atMs / 1_000).toFixed(1).padStart(7)} s  ${machine}/${pod} ${kind} ${Object.keys(facts).length === 0 ? '' : JSON.stringify(facts)}`,
      );
    },
    of: (name) => entries.filter(({ pod }) => pod === name),
    all: () => entries,
  };
}
