/** What the log says of the acts of a node's life, in words: what is done, then what has come of it. The window has them in its languages. */
import type { LifeAct } from './decide-life.ts';

type LoggedAct = Exclude<LifeAct, 'none' | 'check' | 'readChain'>;

export const LIFE_ACTS = {
  forgive: 'the kick-out is forgotten, as the settings say',
  stake: 'bringing the stake to its amount',
  tryUnstake: 'asking for the stake back',
  join: 'joining the network',
  announce: 'telling the network the version and the models',
  pause: 'asking the network for a pause',
  resume: 'asking the network for tasks again',
  quit: 'leaving the network',
} as const satisfies Readonly<Record<LoggedAct, string>>;

/** Of the others a transaction, or the next look at the network, tells what has become. */
export const LIFE_OUTCOMES = {
  join: 'the network let the node in',
  announce: 'the network knows the version and the models',
  pause: 'the network gives no more tasks',
  resume: 'the network gives tasks again',
  quit: 'the network let the node go',
} as const satisfies Partial<Record<LoggedAct, string>>;
