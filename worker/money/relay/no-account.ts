/** The account of a network that has none: it pays to the node's own wallet. */
import type { Hex } from '../../../protocol/hex.ts';
import type { RelayAccount } from '../../networks/relay/relay-account.ts';
import { MoneyError } from '../errors.ts';

export function noRelayAccount(address: Hex): RelayAccount {
  const unsupported = async (): Promise<never> => {
    throw new MoneyError('MONEY_UNSUPPORTED', 'this network keeps no accounts: it pays to the wallet');
  };
  return {
    address,
    balance: unsupported,
    page: async () => null,
    withdrawConfig: async () => null,
    requestWithdrawal: unsupported,
    delegationIncome: async () => null,
    emissionEstimate: async () => null,
    close: async () => {},
  };
}
