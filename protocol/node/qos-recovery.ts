/** How a node's health recovers after a penalty. Source: RELAY_PROTOCOL 4.7. */
import { HEALTH_RECOVERY_MINUTES } from './qos.ts';

const MS_PER_MINUTE = 60_000;

export interface HealthReading {
  /** 0–1. */
  readonly value: number;
  readonly atMs: number;
}

/** When health recovers to `target`: the mark's own time if it has already been reached, null if never (1 and above). */
export function healthReachedAtMs({ value, atMs }: HealthReading, target: number): number | null {
  if (value >= target) return atMs;
  if (target >= 1) return null;
  return atMs + HEALTH_RECOVERY_MINUTES * Math.log((1 - value) / (1 - target)) * MS_PER_MINUTE;
}
