import { describe, expect, it } from 'vitest';
import { chainPresetSchema, transactionUrl } from './chain-preset.ts';

/** The public network on Base before August 2026. */
const base = {
  chainId: 18896214,
  rpcUrls: ['https://json-rpc.base.crynux.io'],
  contracts: {
    nodeStaking: '0x31609b6531399561c2B65b8673a17FE2575c1654',
    credits: '0xE474ecE312b79fDF833C76C0d8255fA688068e4a',
    benefitAddress: '0x7c8861a639B712D486eFB2C944419F7531700db0',
    delegatedStaking: '0xAbCa3C0a800569c05e87E500306dFf9b8Ba21821',
  },
  gas: { maxFeePerGasWei: '7000000000' },
};

describe('the chain of a preset', () => {
  it('requires only what has no sensible default', () => {
    expect(chainPresetSchema.parse(base)).toMatchObject({
      gas: { limitCap: 8_000_000, headRoomPercent: 25, maxFeePerGasWei: 7_000_000_000n },
      confirmations: 3,
      pollMs: 1000,
    });
    expect(chainPresetSchema.parse({ ...base, chainId: null }).chainId).toBeNull();
  });

  it('from before there were generations gets the older contracts, because it has credits', () => {
    expect(chainPresetSchema.parse(base).contracts).toEqual({ generation: 'J26', ...base.contracts });
    const { credits: _, ...newer } = base.contracts;
    expect(chainPresetSchema.parse({ ...base, contracts: { generation: 'C26', ...newer } }).contracts).toEqual({
      generation: 'C26',
      ...newer,
    });
    const [issue] = chainPresetSchema.safeParse({ ...base, contracts: newer }).error?.issues ?? [];
    expect(issue).toMatchObject({ path: ['contracts', 'credits'], message: expect.stringContaining('"generation": "C26"') });
  });

  it.each([
    ['no endpoint', { rpcUrls: [] }],
    ['an endpoint that is not a web address', { rpcUrls: ['file:///etc/passwd'] }],
    ['a contract that is not an address', { contracts: { ...base.contracts, credits: '0x12' } }],
    ['an unknown generation', { contracts: { ...base.contracts, generation: 'X' } }],
    ['no cap on the gas price', { gas: {} }],
    ['a chain ID that is not positive', { chainId: 0 }],
    ['no confirmation', { confirmations: 0 }],
  ])('is refused with %s', (_, part) => {
    expect(chainPresetSchema.safeParse({ ...base, ...part }).success).toBe(false);
  });
});

it("the page of a transaction is below the explorer's URL, with or without a trailing slash", () => {
  expect(transactionUrl('https://scan.example', '0xab')).toBe('https://scan.example/tx/0xab');
  expect(transactionUrl('https://scan.example/base/', '0xab')).toBe('https://scan.example/base/tx/0xab');
  expect(transactionUrl(null, '0xab')).toBeNull();
});
