/**
 * The problems of an address that is to become the beneficial address permanently. Pure. Source: CHAIN_PROTOCOL 7.4,
 * EIP-55.
 */
import type { Hex } from '../../../protocol/hex.ts';
import { checksumAddress } from '../../../protocol/signing/keys.ts';
import { addressField, sameAddress } from '../../../protocol/wire/fields.ts';
import { MoneyError } from '../errors.ts';

const ZERO = `0x${'0'.repeat(40)}`;

export interface BenefitAddressQuestion {
  /** As a person typed or pasted it. */
  readonly text: string;
  /** Addresses whose keys this program holds: the node's, and those of other profiles. */
  readonly ownAddresses: readonly Hex[];
  readonly contracts: readonly Hex[];
  /** The one set on the chain; null = none. */
  readonly present: Hex | null;
}

export interface BenefitAddressCheck {
  /** EIP-55 spelling; null if the text is not an address. */
  readonly address: Hex | null;
  /** False: all letters have the same case, so a typing error cannot be detected. */
  readonly checksummed: boolean;
  /** Empty: it can be set. */
  readonly problems: readonly MoneyError[];
}

export function checkBenefitAddress({ text, ownAddresses, contracts, present }: BenefitAddressQuestion): BenefitAddressCheck {
  const typed = text.trim();
  if (!addressField.safeParse(typed).success) {
    const error = new MoneyError('MONEY_BENEFIT_MALFORMED', `${JSON.stringify(typed.slice(0, 100))} is not an address`);
    return { address: null, checksummed: false, problems: [error] };
  }
  const address = checksumAddress(typed);
  const isOneCase = typed === typed.toLowerCase() || typed.slice(2) === typed.slice(2).toUpperCase();
  const isAmong = (list: readonly Hex[]) => list.some((other) => sameAddress(other, address));
  const problems: MoneyError[] = [];
  const addProblemIf = (condition: boolean, error: MoneyError) => {
    if (condition) problems.push(error);
  };
  addProblemIf(
    !isOneCase && typed !== address,
    new MoneyError('MONEY_BENEFIT_CHECKSUM', `the case of the letters in ${typed} does not match its checksum`, {
      address: typed,
    }),
  );
  addProblemIf(sameAddress(address, ZERO), new MoneyError('MONEY_BENEFIT_ZERO', 'the zero address belongs to nobody'));
  addProblemIf(
    isAmong(ownAddresses),
    new MoneyError('MONEY_BENEFIT_OWN_KEY', `${address} belongs to a key of this program`, { address }),
  );
  addProblemIf(
    isAmong(contracts),
    new MoneyError('MONEY_BENEFIT_CONTRACT', `${address} is a contract of the network`, { address }),
  );
  addProblemIf(
    present !== null,
    new MoneyError('MONEY_BENEFIT_SET', `the beneficial address is ${present}`, {
      present,
      isThisOne: present !== null && sameAddress(present, address),
    }),
  );
  return { address, checksummed: !isOneCase, problems };
}
