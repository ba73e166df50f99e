/** Log messages for the node's acts: what it does, then the outcome. The window translates them. */
import type { LifeAct } from './decide-life.ts';

type LoggedAct = Exclude<LifeAct, 'none' | 'check' | 'readChain'>;

export const LIFE_ACTS = {
  forgive: 'lifting the kick-out, as the settings allow',
  stake: 'adjusting the stake to the required amount',
  tryUnstake: 'requesting the stake back',
  join: 'joining the network',
  announce: 'announcing the version and the models to the network',
  pause: 'asking the network to pause this node',
  resume: 'asking the network to resume tasks',
  quit: 'leaving the network',
} as const satisfies Readonly<Record<LoggedAct, string>>;

/** The outcome of the other acts is known from a transaction or from the next read of the network. */
export const LIFE_OUTCOMES = {
  join: 'the network let the node join',
  announce: 'the network knows the version and the models',
  pause: 'the network sends no more tasks',
  resume: 'the network sends tasks again',
  quit: 'the network let the node leave',
} as const satisfies Partial<Record<LoggedAct, string>>;
