/** Reasons against starting a node, in addition to the coded errors of the relay, the chain and the engine. */
import type { ErrorCatalogue } from '../../protocol/errors.ts';

export const PREFLIGHT_ERRORS = {
  PREFLIGHT_TIMED_OUT: {
    meaning: 'A check got no answer in time.',
    remedy: 'Check the connection, then run the checks again.',
  },
  PREFLIGHT_BROKEN: {
    meaning: 'A check failed in a way that this program does not know.',
    remedy: 'The message says what happened; report it.',
  },
  PREFLIGHT_OWN_CONNECTION: {
    meaning: "This machine's own connection is down: nobody can be reached, the relay and the chain alike.",
    remedy: 'Check cable or Wi-Fi, VPN, proxy and name server; the node goes on by itself when the connection is back.',
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
    meaning: 'The RPC endpoint belongs to another chain than the one of the network.',
    remedy: 'Correct the RPC URL or the chain id of the network preset.',
  },
  PREFLIGHT_STAKE_UNCOVERED: {
    meaning: 'The account holds too little for the stake; `missingWei` is what is missing, gas included.',
    remedy: 'Send the missing amount to the node’s address, or choose a lower stake.',
  },
  PREFLIGHT_GAS_UNCOVERED: {
    meaning: 'The stake is covered, but not the gas of the transaction that makes it.',
    remedy: 'Send at least `missingWei` to the node’s address.',
  },
  PREFLIGHT_GAS_LOW: {
    meaning: 'After staking there would be no gas left to take the stake back.',
    remedy: 'Send `missingWei` more, so that the stake can be returned at any time.',
  },
  PREFLIGHT_STAKED_CREDITS: {
    meaning: 'Part of the stake is, or would be, credits; the relay counts only the coins, and they alone are named at the join.',
    remedy: 'None needed; stake coins for the whole amount if all of it should count.',
  },
  PREFLIGHT_LEGACY_STAKE: {
    meaning:
      'This key still has a stake (`balanceWei`) in contracts that the network has left: it counts for nothing, and the relay no longer returns it.',
    remedy:
      'Take it out: the wallet screen, or `crynux-node legacy-stake withdraw`, asks for it, waits out the delay and takes it.',
  },
  PREFLIGHT_NO_MODELS: {
    meaning: 'The node names no model; the network refuses a node without one.',
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
    meaning: 'There is space for results, but hardly for another model.',
    remedy: 'Free some space before models have to be downloaded.',
  },
  PREFLIGHT_FOREIGN_MEMBER: {
    meaning: 'The network lists this address as active, but this machine did not put it there: another one may run with its key.',
    remedy:
      'Stop the other node and let it quit the network. Only if you are certain that none runs (a lost machine, a lost data directory), confirm it: two nodes with one key get slashed.',
  },
  PREFLIGHT_FOREIGN_ACTS: {
    meaning: 'While this node was stopped, somebody acted with its key: joined, or submitted scores it knows nothing of.',
    remedy: 'Find and stop the other machine; data directories must not be copied. Then confirm that none runs any more.',
  },
  PREFLIGHT_KEY_USED_ELSEWHERE: {
    meaning: 'Somebody acted with this key while the node was stopped, and has left the network since.',
    remedy: 'Make sure that the other machine does not come back. If it is not yours, move your funds to a new key.',
  },
} as const satisfies ErrorCatalogue;
