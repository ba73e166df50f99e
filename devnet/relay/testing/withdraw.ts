/** Requests a withdrawal as a node does: log-in, then a signed message (RELAY_PROTOCOL 3.8). */
import type { Hex } from '../../../protocol/hex.ts';
import {
  CONNECT_WALLET_ACTION,
  signWalletMessage,
  walletMessage,
  withdrawAction,
} from '../../../protocol/signing/wallet-message.ts';
import type { Actor, Answer, Harness } from './harness.ts';

const headers = { 'content-type': 'application/json' };

export async function logIn(harness: Pick<Harness, 'clock' | 'send'>, { address, key }: Actor): Promise<string> {
  const timestamp = Math.floor(harness.clock.now() / 1000);
  const signature = signWalletMessage(walletMessage({ action: CONNECT_WALLET_ACTION, address, timestamp }), key);
  const body = JSON.stringify({ address, timestamp, signature });
  const answer = await harness.send({ method: 'POST', url: '/v1/client/connect_wallet', headers, body });
  return (answer.json as { data: { token: string } }).data.token;
}

export async function requestWithdrawal(
  harness: Pick<Harness, 'clock' | 'send'>,
  actor: Actor,
  { amountWei, benefitAddress }: { readonly amountWei: bigint; readonly benefitAddress: Hex },
): Promise<Answer> {
  const { address, key } = actor;
  const timestamp = Math.floor(harness.clock.now() / 1000);
  const network = 'devnet';
  const action = withdrawAction({ amountWei, address, benefitAddress, network });
  const signature = signWalletMessage(walletMessage({ action, address, timestamp }), key);
  const body = JSON.stringify({ amount: amountWei.toString(), benefit_address: benefitAddress, network, timestamp, signature });
  const authorization = `Bearer ${await logIn(harness, actor)}`;
  const url = `/v1/relay_account/${address}/withdraw`;
  return harness.send({ method: 'POST', url, headers: { ...headers, authorization }, body });
}
