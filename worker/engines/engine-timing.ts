export interface EngineTiming {
  /** From the start of the program to its hello. RELAY_PROTOCOL 8.10: 120 s. */
  readonly connectTimeoutMs: number;
  /** An engine without a job is ended if it gives no sign of life for this long; one with a job has the job's deadline. */
  readonly silenceMs: number;
  /** RELAY_PROTOCOL 9.2: 1 s. */
  readonly keepAliveMs: number;
  /** Time between SIGTERM and SIGKILL. */
  readonly stopGraceMs: number;
  /** Before the first restart; doubles with each consecutive failure. */
  readonly backoffMs: number;
  readonly backoffMaxMs: number;
}

export const ENGINE_TIMING: EngineTiming = {
  connectTimeoutMs: 120_000,
  silenceMs: 120_000,
  keepAliveMs: 1000,
  stopGraceMs: 5000,
  backoffMs: 500,
  backoffMaxMs: 60_000,
};
