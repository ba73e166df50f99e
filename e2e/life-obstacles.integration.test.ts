/** Obstacles are reported with their code and blamed on the right party; once they are gone, the node continues. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startRpcProxy } from '../worker/chain/testing/rpc-proxy.ts';
import { createMoneyService } from '../worker/money/money-service.ts';
import {
  type ChainNetwork,
  type ChainNode,
  CNX,
  COIN_WEI,
  eventually,
  expectBooksAgree,
  STAKE_WEI,
  startChainNetwork,
} from './support/chain-network.ts';

let network: ChainNetwork;
beforeAll(async () => {
  network = await startChainNetwork();
});
afterAll(() => network.close());

const provider = () => network.devnet.chain?.anvil.control.provider ?? expect.fail('no chain');
const proxied = async () => startRpcProxy(network.devnet.chain?.anvil.url ?? '');
const sent = ({ address }: ChainNode) => provider().getTransactionCount(address);
const running = (node: ChainNode) => node.until(({ state }) => state === 'running');
const blamed = (node: ChainNode, code: string) => node.until(({ error }) => error?.code === code);

it('an RPC endpoint that is down, or is none, keeps it from staking and from requesting the stake; the relay is not blamed', async () => {
  const proxy = await proxied();
  proxy.mode = 'reset';
  const node = await network.node({ chain: { rpcUrls: [proxy.url], requestTimeoutMs: 500 } });
  const view = await node.until(({ life }) => life?.kind === 'notCleared');
  expect(view).toMatchObject({ relay: 'reachable', error: { code: 'CHAIN_UNREACHABLE' } });
  proxy.mode = 'garbage';
  node.parts.node.resume();
  await blamed(node, 'CHAIN_BAD_ANSWER');
  proxy.mode = 'pass';
  node.parts.node.resume();
  expect((await running(node)).error).toBeNull();

  proxy.mode = 'reset';
  node.parts.node.unstake();
  expect(await blamed(node, 'CHAIN_UNREACHABLE')).toMatchObject({ relay: 'reachable' });
  expect(network.devnet.relay.node(node.address)?.status).toBe('Available');
  proxy.mode = 'pass';
  await node.until(({ life }) => life?.kind === 'out');
  await expectBooksAgree(network, node);
  expect(await sent(node)).toBe(2);
});

it('a lost answer right after the stake was sent causes no second stake', async () => {
  const proxy = await proxied();
  proxy.mode = 'loseAnswer';
  proxy.only = ['eth_sendRawTransaction'];
  const node = await network.node({ chain: { rpcUrls: [proxy.url] } });
  await running(node);
  expect(await sent(node)).toBe(1);
  await expectBooksAgree(network, node);
});

it('another chain is refused before anything is signed', async () => {
  const node = await network.node({ chain: { chainId: 7_412 } });
  expect(await node.until(({ life }) => life?.kind === 'notCleared')).toMatchObject({ error: { code: 'CHAIN_WRONG_ID' } });
  expect(await sent(node)).toBe(0);
});

it('a wallet that lacks coin says how much, and the node continues when it is filled', async () => {
  const node = await network.node({ walletWei: 10n * CNX });
  const { error } = await blamed(node, 'PREFLIGHT_STAKE_UNCOVERED');
  expect(BigInt(String(error?.data.missingWei)) > STAKE_WEI - 10n * CNX).toBe(true);
  const { ledger, sync } = node.parts.money;
  await eventually(async () => {
    await sync.sync();
    expect(ledger.balanceWei('wallet')).toBe(10n * CNX);
  });
  await network.devnet.fund(node.address, { walletWei: COIN_WEI });
  node.parts.node.resume();
  await running(node);
  // Coin from elsewhere leaves no trace that could be read, so the host has to say that it was a transfer.
  await createMoneyService(node.parts.money).acknowledgeTransfer({ byWei: COIN_WEI.toString() });
  await expectBooksAgree(network, node);
});

it('only the relay is blamed if it is down, and nothing is sent to the chain in the meantime', async () => {
  const node = await network.node({ network: { relayUrl: 'http://127.0.0.1:9' } });
  expect(await blamed(node, 'RELAY_UNREACHABLE')).toMatchObject({ relay: 'unreachable', life: { kind: 'checking' } });
  expect(await sent(node)).toBe(0);
});
