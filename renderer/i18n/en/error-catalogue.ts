/** What the catalogues say with names of fields, said for a host: the facts themselves stand beside it. By code. */
export const plainCatalogue: Readonly<Record<string, readonly [meaning: string, remedy: string]>> = {
  RELAY_REFUSED: [
    'The relay understood the request and said no.',
    'Usually nothing: the node reads the state again. If it stays, see what the relay objects to.',
  ],
  RELAY_UNREACHABLE: [
    'The relay does not answer.',
    'Check the network connection and the relay’s address. If this network asks for a login, log in with a browser first.',
  ],
  NODE_UNSUPPORTED: [
    'This node’s configuration does not include what was asked for.',
    'Nothing is wrong; another configuration has it.',
  ],
  NODE_ILLEGAL_STATE: ['The node’s present state does not allow this.', 'Wait until it does, then try again.'],
  NODE_CARD_CHANGED: [
    'This node is a member with another graphics card, and this network cannot change that; the node was paused.',
    'Put the card back, or take the stake back and join again with the present one.',
  ],
  CHAIN_UNREACHABLE: [
    'No endpoint of the chain answers.',
    'Check the network connection. If others reach the endpoints, add another one to the network’s preset.',
  ],
  CHAIN_REFUSED: ['The chain refused a request.', 'See what it objects to; usually the next attempt reads the state again.'],
  CHAIN_REVERTED: ['A contract refused a call.', 'The reason says which rule of the contract is not met.'],
  CHAIN_GENERATION_MISMATCH: [
    'The staking contract at the preset’s address is of another generation than the preset says; nothing was sent.',
    'Update the program, or correct the contract addresses of the preset: a stake in contracts that the relay no longer reads earns nothing.',
  ],
  CHAIN_INSUFFICIENT_FUNDS: [
    'The account holds less than value and gas together; nothing was sent.',
    'Send what is missing to the account, then repeat.',
  ],
  CHAIN_GAS_ABOVE_CAP: [
    'A transaction would need more gas than the preset’s cap; it was not sent.',
    'Check the contract addresses; if they are right, raise the cap in the preset.',
  ],
  CHAIN_FEE_ABOVE_CAP: [
    'The chain asks more for gas than the preset’s cap; nothing, or no higher offer, was sent.',
    'Wait until the chain is cheaper, or raise the cap in the preset.',
  ],
  CHAIN_TRANSACTION_OPEN: ['A transaction was sent but is not final yet. It is on disk and is followed up until it is.', 'Wait.'],
  CHAIN_STAKE_BELOW_MINIMUM: ['The stake is below the chain’s minimum.', 'Choose at least the minimum.'],
  CHAIN_STAKE_LEAVING: [
    'The stake is being returned and cannot be changed.',
    'Wait for the relay to return it, or force it after the delay; then stake again.',
  ],
  CHAIN_FORCE_UNSTAKE_EARLY: ['The stake cannot be forced out yet.', 'Wait until then; the relay may return it before.'],
  PROXY_BAD_ADDRESS: ['The proxy’s address is not one.', 'Write it as http://host:port, or remove it.'],
  PROXY_UNSUPPORTED: ['This program cannot use this kind of proxy.', 'Use an http, https or socks5 proxy, or remove it.'],
  PROXY_REFUSED: [
    'The proxy answered, and would not make the connection.',
    'Check name and password of the proxy, and whether it allows this destination; or except the destination from it.',
  ],
  PROXY_UNREACHABLE: ['The proxy cannot be reached.', 'Check its address and whether it runs, or remove it.'],
  MONEY_WITHDRAW_TOO_SMALL: ['The amount is below the relay’s minimum for a withdrawal.', 'Withdraw more.'],
  MONEY_WITHDRAW_INSUFFICIENT: ['The relay account does not hold the amount and the fee together.', 'Withdraw less.'],
  MONEY_WITHDRAW_REFUSED: ['The relay refused the withdrawal.', 'See what it objects to. Nothing was paid.'],
  MODEL_ENGINE_FAILED: ['The engine’s download program could not fetch a model.', 'Check the connection, the disk and the hub.'],
  PREFLIGHT_STAKE_UNCOVERED: [
    'The account holds too little for the stake and its gas.',
    'Send what is missing to the node’s address, or choose a lower stake.',
  ],
  PREFLIGHT_GAS_UNCOVERED: [
    'The stake is covered, but not the gas of the transaction that makes it.',
    'Send what is missing to the node’s address.',
  ],
  PREFLIGHT_GAS_LOW: [
    'After staking there would be no gas left to take the stake back.',
    'Send a little more, so that the stake can be returned at any time.',
  ],
  PREFLIGHT_LEGACY_STAKE: [
    'This key still has a stake in contracts that the network has left: it counts for nothing, and the relay no longer returns it.',
    'Take it out on the wallet screen, which asks for it, waits out the delay and takes it.',
  ],
  NETWORK_PRESET_UNSAFE: [
    'A preset leads to the relay of a built-in network and accepts an engine that this network does not accept.',
    'Remove the engine from the preset: its results would get the node slashed there.',
  ],
  LOCAL_NETWORK_FAILED: [
    'The network on this machine could not start.',
    'See the reason; its log is in the folder devnet of the data directory.',
  ],
  WORKER_FATAL: ['A node could not start, or had to give up.', 'See the reason.'],
};
