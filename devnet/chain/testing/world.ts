/** A devnet chain with named accounts, for tests of the contracts. */
import { id, type Result, type TransactionReceipt, Wallet } from 'ethers';
import type { Hex } from '../../../protocol/hex.ts';
import { systemClock } from '../../system.ts';
import { type ContractName, contractNames } from '../compiled.ts';
import { DevnetAccount } from '../devnet-account.ts';
import { type DevnetChain, type DevnetChainOptions, startDevnetChain } from '../devnet-chain.ts';

export const CNX = 10n ** 18n;
const RICH = 10_000n * CNX;

export interface World {
  readonly chain: DevnetChain;
  readonly relay: DevnetAccount;
  /** A new account with 10,000 CNX; the same name gives the same address. */
  account(name: string): Promise<DevnetAccount>;
  contract(name: ContractName): TestContract;
  /** The logs of a receipt: `['NodeStaking.NodeStaked', …arguments]`. */
  events(receipt: TransactionReceipt): unknown[][];
  balance(address: string): Promise<bigint>;
}

export interface TestContract {
  readonly address: Hex;
  send(from: DevnetAccount, name: string, args?: readonly unknown[], valueWei?: bigint): Promise<TransactionReceipt>;
  read(name: string, ...args: readonly unknown[]): Promise<Result>;
}

export async function startWorld(options: Partial<DevnetChainOptions> = {}): Promise<World> {
  const relayKey = id('relay') as Hex;
  const chain = await startDevnetChain({ clock: systemClock, relayAddress: new Wallet(relayKey).address as Hex, ...options });
  const { control } = chain.anvil;
  const { contracts } = chain;
  const addresses: Readonly<Partial<Record<ContractName, Hex>>> = {
    NodeStaking: contracts.nodeStaking,
    BenefitAddress: contracts.benefitAddress,
    DelegatedStaking: contracts.delegatedStaking,
    ...('credits' in contracts ? { Credits: contracts.credits } : {}),
  };
  const funded = async (key: Hex) => {
    const account = new DevnetAccount(key, control);
    await control.setBalance(account.address, RICH);
    return account;
  };
  return {
    chain,
    relay: await funded(relayKey),
    account: (name) => funded(id(name) as Hex),
    contract(name) {
      const abi = chain.interfaceOf(name);
      const address = addresses[name];
      if (address === undefined) throw new Error(`no contract ${name}`);
      return {
        address,
        send: (from, fn, args = [], valueWei = 0n) => from.call(address, abi, fn, args, valueWei),
        async read(fn, ...args) {
          return abi.decodeFunctionResult(
            fn,
            await control.provider.call({ to: address, data: abi.encodeFunctionData(fn, args) }),
          );
        },
      };
    },
    events: (receipt) =>
      receipt.logs.map((log) => {
        const name = contractNames(contracts.generation).find((contract) => addresses[contract] === log.address) ?? 'NodeStaking';
        const event = chain.interfaceOf(name).parseLog(log);
        return [`${name}.${event?.name}`, ...(event?.args ?? [])];
      }),
    balance: (address) => control.provider.getBalance(address),
  };
}

/** The error of a call that a contract refuses with this message. */
export function revertError(message: string) {
  return { code: 'DEVNET_CHAIN_REVERTED', message };
}
