/** For hosts, by code: catalogue texts without field names. The window shows the facts beside them. */
export const plainCatalogue: Readonly<Record<string, readonly [meaning: string, remedy: string]>> = {
  RELAY_REFUSED: [
    'The relay understood the request and refused it.',
    'Usually nothing: the node reads the state again. If it happens again, check the reason the relay gave.',
  ],
  RELAY_UNREACHABLE: [
    'The relay does not answer.',
    'Check the network connection and the relay’s address. If this network asks for a login, log in with a browser first.',
  ],
  NODE_UNSUPPORTED: [
    'This node’s configuration does not include what was requested.',
    'Nothing is wrong. It is available only with another configuration.',
  ],
  NODE_ILLEGAL_STATE: ['The node’s current state does not allow this.', 'Wait until it does, then try again.'],
  NODE_CARD_CHANGED: [
    'This node joined with a different graphics card, and this network does not allow changing it. The node was paused.',
    'Put the old card back, or unstake and rejoin with the current one.',
  ],
  CHAIN_UNREACHABLE: [
    'None of the chain’s endpoints answers.',
    'Check the network connection. If it works, add another endpoint to the network’s preset.',
  ],
  CHAIN_REFUSED: [
    'The chain refused a request.',
    'See the reason below. Usually the next attempt, which reads the state again, succeeds.',
  ],
  CHAIN_REVERTED: ['A contract refused a call.', 'The reason says which of the contract’s rules was not met.'],
  CHAIN_GENERATION_MISMATCH: [
    'The staking contract at the preset’s address is a different generation than the preset states. Nothing was sent.',
    'Update the program, or correct the contract addresses in the preset: a stake in contracts that the relay no longer reads earns nothing.',
  ],
  CHAIN_INSUFFICIENT_FUNDS: [
    'The account cannot cover the amount plus gas. Nothing was sent.',
    'Send the missing amount to the account, then try again.',
  ],
  CHAIN_GAS_ABOVE_CAP: [
    'The transaction would need more gas than the preset’s cap. It was not sent.',
    'Check the contract addresses; if they are right, raise the cap in the preset.',
  ],
  CHAIN_FEE_ABOVE_CAP: [
    'The gas price is above the preset’s cap. Nothing was sent, or the price of a pending transaction was not raised.',
    'Wait until gas is cheaper, or raise the cap in the preset.',
  ],
  CHAIN_TRANSACTION_OPEN: [
    'A transaction was sent but is not final yet. It is recorded on disk and tracked until it is final.',
    'Wait.',
  ],
  CHAIN_STAKE_BELOW_MINIMUM: ['The stake is below the chain’s minimum.', 'Stake at least the minimum.'],
  CHAIN_STAKE_LEAVING: [
    'The stake is being returned and cannot be changed.',
    'Wait for the relay to return it, or take it back without the relay after the delay. Then stake again.',
  ],
  CHAIN_FORCE_UNSTAKE_EARLY: [
    'It is too early to recover the stake without the relay.',
    'Wait until the time shown; the relay may return it sooner.',
  ],
  PROXY_BAD_ADDRESS: ['The proxy’s address is not valid.', 'Enter it as http://host:port, or remove it.'],
  PROXY_UNSUPPORTED: ['This program cannot use this kind of proxy.', 'Use an http, https or socks5 proxy, or remove it.'],
  PROXY_REFUSED: [
    'The proxy answered but refused the connection.',
    'Check the proxy’s user name and password, and whether it allows this destination; or exclude the destination from the proxy.',
  ],
  PROXY_UNREACHABLE: ['The proxy cannot be reached.', 'Check its address and that it is running, or remove it.'],
  MONEY_WITHDRAW_TOO_SMALL: ['The amount is below the relay’s minimum for a withdrawal.', 'Withdraw more.'],
  MONEY_WITHDRAW_INSUFFICIENT: ['The relay balance cannot cover the amount plus the fee.', 'Withdraw less.'],
  MONEY_WITHDRAW_REFUSED: ['The relay refused the withdrawal.', 'See the reason below. Nothing was paid.'],
  MODEL_ENGINE_FAILED: [
    'The engine’s download program could not fetch a model.',
    'Check the connection, the free disk space and the hub’s address.',
  ],
  PREFLIGHT_STAKE_UNCOVERED: [
    'The account cannot cover the stake and its gas.',
    'Send the missing amount to the node’s address, or choose a lower stake.',
  ],
  PREFLIGHT_GAS_UNCOVERED: [
    'The account covers the stake, but not the gas for staking it.',
    'Send the missing amount to the node’s address.',
  ],
  PREFLIGHT_GAS_LOW: [
    'After staking there would be no gas left to unstake.',
    'Send a little more, so that you can unstake at any time.',
  ],
  PREFLIGHT_LEGACY_STAKE: [
    'This key still has a stake in contracts that the network no longer uses. It does not count, and the relay will not return it.',
    'Recover it on the “Wallet & stake” screen, which guides you through the request and the waiting time.',
  ],
  NETWORK_PRESET_UNSAFE: [
    'A preset points to the relay of a built-in network but accepts an engine that this network does not.',
    'Remove the engine from the preset: its results would get the node slashed there.',
  ],
  LOCAL_NETWORK_FAILED: [
    'The local network could not start.',
    'See the reason below. The log is in the folder “devnet” of the data directory.',
  ],
  WORKER_FATAL: ['A node could not start, or had to stop.', 'See the reason below.'],
};
