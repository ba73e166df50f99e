/** Reasons against starting a node, in addition to the coded errors of the relay, the chain and the engine. */
import type { ErrorCatalogue } from '../../protocol/errors.ts';

export const PREFLIGHT_ERRORS = {
  PREFLIGHT_TIMED_OUT: {
    meaning: 'A check got no answer in time.',
    remedy: 'Check the connection, then run the checks again.',
  },
  PREFLIGHT_BROKEN: {
    meaning: 'A check failed for an unknown reason.',
    remedy: 'The message says what happened; report it.',
  },
  PREFLIGHT_OWN_CONNECTION: {
    meaning: "This machine's own connection is down: neither the relay nor the chain can be reached.",
    remedy: 'Check cable or Wi-Fi, VPN, proxy and name server; the node continues automatically when the connection is back.',
  },
  PREFLIGHT_CLOCK_DRIFTS: {
    meaning: "This machine's clock is drifting away from the relay's; it is not too far off yet.",
    remedy: 'Let the operating system set the clock (NTP).',
  },
  PREFLIGHT_CLOCK_UNCERTAIN: {
    meaning: 'The relay answered too slowly for its time to be compared with this clock.',
    remedy: 'Run the checks again when the connection is better.',
  },
  PREFLIGHT_CHAIN_ID: {
    meaning: 'The RPC endpoint belongs to a different chain than the network’s.',
    remedy: 'Correct the RPC URL or the chain id of the network preset.',
  },
  PREFLIGHT_STAKE_UNCOVERED: {
    meaning: 'The account cannot cover the stake; `missingWei` is the missing amount, including gas.',
    remedy: 'Send the missing amount to the node’s address, or choose a lower stake.',
  },
  PREFLIGHT_GAS_UNCOVERED: {
    meaning: 'The account covers the stake, but not the gas for staking it.',
    remedy: 'Send at least `missingWei` to the node’s address.',
  },
  PREFLIGHT_GAS_LOW: {
    meaning: 'After staking there would be no gas left to unstake.',
    remedy: 'Send `missingWei` more, so that you can unstake at any time.',
  },
  PREFLIGHT_STAKED_CREDITS: {
    meaning:
      'Part of the stake is, or would be, credits; the relay counts only the coins, and only they are stated when joining.',
    remedy: 'None needed. If the whole amount should count, stake coins only.',
  },
  PREFLIGHT_LEGACY_STAKE: {
    meaning:
      'This key still has a stake (`balanceWei`) in contracts that the network no longer uses. It does not count, and the relay will not return it.',
    remedy:
      'Recover it on the “Wallet & stake” screen, or with `crynux-node legacy-stake withdraw`, which requests it, waits for the delay and recovers it.',
  },
  PREFLIGHT_NO_MODELS: {
    meaning: 'The node offers no model; the network refuses a node without one.',
    remedy: 'Download a model first.',
  },
  PREFLIGHT_NO_BASE_MODEL: {
    meaning: 'None of the models is a base model; almost every task needs one.',
    remedy: 'Download a base model of the network.',
  },
  PREFLIGHT_MODELS_MISSING: {
    meaning: 'Models that the node would report to the network are not on disk; tasks for them would time out.',
    remedy: 'Download them, or remove them from the list.',
  },
  PREFLIGHT_DISK_FULL: {
    meaning: 'There is too little space for results and the database.',
    remedy: 'Free some space, or move the data directory.',
  },
  PREFLIGHT_DISK_LOW: {
    meaning: 'There is enough space for results, but hardly for another model.',
    remedy: 'Free some space before more models are downloaded.',
  },
  PREFLIGHT_FOREIGN_MEMBER: {
    meaning: 'The network lists this address as active, but this machine did not put it there: another one may be using its key.',
    remedy:
      'Stop the other node and let it leave the network. Confirm that there is none only if you are certain (a lost machine, a lost data directory): two nodes with the same key get slashed.',
  },
  PREFLIGHT_FOREIGN_ACTS: {
    meaning: 'While this node was stopped, someone used its key: joined, or submitted scores that this node has no record of.',
    remedy:
      'Find and stop the other machine; data directories must not be copied. Then confirm that no other machine is running.',
  },
  PREFLIGHT_KEY_USED_ELSEWHERE: {
    meaning: 'Someone used this key while the node was stopped, and has left the network since.',
    remedy: 'Make sure that the other machine does not come back. If it is not yours, move your funds to a new key.',
  },
} as const satisfies ErrorCatalogue;
