/**
 * The controls that a host has in each state: every control that is offered works, and whatever waits for the host can
 * be resolved.
 */
import type { LifeState } from './life-state.ts';
import type { Connection } from './reach.ts';

export type Control = 'start' | 'unlock' | 'pause' | 'resume' | 'rejoin' | 'stop';

/** Who receives the order: the program around the nodes, or the node's own process. */
export const CONTROL_RECIPIENT: Readonly<Record<Control, 'program' | 'node'>> = {
  start: 'program',
  unlock: 'program',
  stop: 'program',
  pause: 'node',
  resume: 'node',
  rejoin: 'node',
};

interface AvailableControls {
  /** The primary one first. */
  readonly controls: readonly Control[];
  /** `host`: it stays like this until the host does something; `itself`: it moves on by itself. */
  readonly waits: 'host' | 'itself';
}

const CONTROLS_BY_STATE: Readonly<Record<LifeState, AvailableControls>> = {
  stopped: { controls: ['start'], waits: 'host' },
  locked: { controls: ['unlock'], waits: 'host' },
  failed: { controls: ['start'], waits: 'host' },
  restarting: { controls: ['start', 'stop'], waits: 'itself' },
  starting: { controls: ['stop'], waits: 'itself' },
  notCleared: { controls: ['stop'], waits: 'itself' },
  staking: { controls: ['stop'], waits: 'itself' },
  awaitingStake: { controls: ['stop'], waits: 'itself' },
  waiting: { controls: ['pause', 'stop'], waits: 'itself' },
  executing: { controls: ['pause', 'stop'], waits: 'itself' },
  cutOff: { controls: ['pause', 'stop'], waits: 'itself' },
  held: { controls: ['pause', 'stop'], waits: 'itself' },
  pausing: { controls: ['resume', 'stop'], waits: 'itself' },
  paused: { controls: ['resume', 'stop'], waits: 'host' },
  leaving: { controls: ['stop'], waits: 'itself' },
  returning: { controls: ['rejoin', 'stop'], waits: 'itself' },
  out: { controls: ['rejoin', 'stop'], waits: 'host' },
  dropped: { controls: ['rejoin', 'stop'], waits: 'host' },
  slashed: { controls: ['rejoin', 'stop'], waits: 'host' },
  kickedOut: { controls: ['rejoin', 'stop'], waits: 'host' },
  stopping: { controls: [], waits: 'itself' },
  unknown: { controls: [], waits: 'itself' },
};

export interface ControlFacts {
  readonly life: LifeState;
  /** The node's process is alive. */
  readonly alive: boolean;
  readonly connection: Connection;
}

export function controlsOf({ life, alive, connection }: ControlFacts): AvailableControls {
  if (connection.kind === 'noProgram') return CONTROLS_BY_STATE.unknown;
  // If the process is alive although its node has failed, it must be stopped before it can be started.
  const { controls, waits } =
    life === 'failed' && alive ? { controls: ['stop'] as const, waits: 'host' as const } : CONTROLS_BY_STATE[life];
  if (connection.kind === 'here') return { controls, waits };
  return { controls: controls.filter((control) => CONTROL_RECIPIENT[control] === 'program'), waits: 'itself' };
}
