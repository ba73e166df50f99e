import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { networkPresetSchema } from '../../contract/node-config.ts';
import { createNetworkDirectory } from './network-directory.ts';
import { type PresetFolders, readNetworkPresets, removeOwnPreset, saveOwnPreset } from './network-presets.ts';
import facts from './testing/public-networks.json' with { type: 'json' };

const BUILT_IN = path.join(import.meta.dirname, '..', '..', 'resources', 'networks');

const OWN = {
  id: 'my-lab',
  title: 'My lab',
  network: 'lab',
  relayUrl: 'http://192.168.1.5:8080',
  acceptedEngines: ['embedded', 'official'],
  samplingModulus: 10,
  minStakeWei: '1',
};

const OLD_CONTRACTS = {
  nodeStaking: `0x${'1'.repeat(40)}`,
  credits: `0x${'2'.repeat(40)}`,
  benefitAddress: `0x${'3'.repeat(40)}`,
  delegatedStaking: `0x${'4'.repeat(40)}`,
};
const OLD_CHAIN = { chainId: 1, rpcUrls: ['https://rpc.example'], contracts: OLD_CONTRACTS, gas: { maxFeePerGasWei: '1' } };

interface PublicNetwork {
  readonly network: string;
  readonly minimumCnx: number;
  readonly comingSoonChainId?: number;
  readonly chainId?: number;
  readonly rpcUrl?: string;
  readonly explorerUrl?: string | null;
  readonly credits?: string | null;
  readonly legacy?: object;
}

const fail = (id: string): never => expect.fail(`nothing is known of ${id}`);
/** Addresses are compared case-insensitively. */
const lowered = (contracts: object | undefined) => contracts && JSON.parse(JSON.stringify(contracts).toLowerCase());

let folders: PresetFolders;

beforeEach(() => {
  const own = mkdtempSync(path.join(tmpdir(), 'presets-'));
  onTestFinished(() => rmSync(own, { recursive: true }));
  folders = { builtIn: BUILT_IN, own };
});

const write = (file: string, content: unknown) =>
  writeFileSync(path.join(folders.own, file), typeof content === 'string' ? content : JSON.stringify(content));
const read = () => {
  const { networks, problems } = readNetworkPresets(folders);
  return {
    own: networks.filter(({ origin }) => origin === 'own').map(({ preset }) => preset.id),
    builtIn: networks.filter(({ origin }) => origin === 'builtIn').map(({ preset }) => preset.id),
    problems: problems.map(({ code, data }) => ({ code, ...data })),
  };
};

const CONTRACT = `0x${'ab'.repeat(20)}`;
const TASK_CHAIN = {
  chainId: 7,
  rpcUrls: ['https://rpc.example'],
  explorerUrl: 'https://scan.example',
  gas: { maxFeePerGasWei: '10' },
  contracts: { task: CONTRACT, node: CONTRACT, qos: CONTRACT, taskQueue: CONTRACT, networkStats: CONTRACT },
};

describe('the networks that ship', () => {
  const { networks, problems } = readNetworkPresets({ builtIn: BUILT_IN, own: path.join(BUILT_IN, 'none') });

  it('can all be read', () => {
    expect(problems).toEqual([]);
    expect(networks.map(({ preset }) => preset.id)).toEqual(
      readdirSync(BUILT_IN)
        .map((file) => file.replace('.json', ''))
        .sort(),
    );
  });

  const known = networks.filter(({ preset }) => preset.id !== 'devnet').map(({ preset }) => [preset.id, preset] as const);

  it.each(known)('%s is public: it accepts only the official engine, over TLS', (_id, preset) => {
    expect(preset.acceptedEngines).toEqual(['official']);
    expect(preset.samplingModulus).toBe(100);
    expect([preset.relayUrl, ...(preset.chain?.rpcUrls ?? [])].every((url) => url.startsWith('https:'))).toBe(true);
  });

  it('are all that are known, no more and no fewer', () => {
    expect(known.map(([id]) => id)).toEqual(Object.keys(facts).sort());
  });

  it.each(known)('%s matches what is published about it', (id, { network, chain, comingSoon, minStakeWei }) => {
    const fact: PublicNetwork | undefined = (facts as Readonly<Record<string, PublicNetwork>>)[id];
    const { minimumCnx, comingSoonChainId, rpcUrl, explorerUrl, chainId, legacy, credits, ...rest } = fact ?? fail(id);
    expect(minStakeWei).toBe(BigInt(minimumCnx) * 10n ** 18n);
    expect(network).toBe(rest.network);
    expect(comingSoon?.chainId).toBe(comingSoonChainId);
    if (comingSoonChainId !== undefined) return expect(chain).toBeUndefined();
    const { network: _, ...contracts } = { ...rest, ...(credits ? { credits } : {}) };
    expect(chain).toMatchObject({ chainId, rpcUrls: [rpcUrl] });
    expect(chain?.explorerUrl ?? null).toBe(explorerUrl);
    expect(lowered(chain?.contracts)).toEqual(lowered(contracts));
    expect(lowered(chain?.legacyContracts)).toEqual(lowered(legacy));
    // RELAY_PROTOCOL 10.4: the official node sets 8 000 000 units; a lower limit would reject its transactions.
    expect(chain?.gas.limitCap).toBe(8_000_000);
  });

  it('the devnet accepts every engine; its chain exists only while it runs', () => {
    const devnet = networks.find(({ preset }) => preset.id === 'devnet')?.preset;
    expect(devnet?.acceptedEngines).toContain('embedded');
    expect(devnet?.chain).toBeUndefined();
  });
});

describe('a custom network', () => {
  it('is listed with the built-in ones, written, replaced and removed', () => {
    const before = read();
    saveOwnPreset(networkPresetSchema.parse(OWN), folders);
    saveOwnPreset(networkPresetSchema.parse({ ...OWN, title: 'Renamed' }), folders);
    expect(readdirSync(folders.own)).toEqual(['my-lab.json']);
    expect(read()).toEqual({ ...before, own: ['my-lab'] });
    expect(readNetworkPresets(folders).networks.at(-1)?.preset).toEqual(networkPresetSchema.parse({ ...OWN, title: 'Renamed' }));
    removeOwnPreset('my-lab', folders);
    expect(read()).toEqual(before);
    expect(() => removeOwnPreset('my-lab', folders)).toThrow(expect.objectContaining({ code: 'NETWORK_PRESET_UNKNOWN' }));
    expect(() => removeOwnPreset('crynux-on-base', folders)).toThrow(expect.objectContaining({ code: 'NETWORK_PRESET_UNKNOWN' }));
  });

  it('from before generations existed gets the older contracts', () => {
    write('a.json', { ...OWN, chain: OLD_CHAIN });
    expect(readNetworkPresets(folders).networks.at(-1)?.preset.chain?.contracts).toMatchObject({ generation: 'J26' });
  });

  it('with a chain survives being written and read', () => {
    const chain = readNetworkPresets(folders).networks[0]?.preset.chain;
    const preset = { ...networkPresetSchema.parse(OWN), ...(chain === undefined ? {} : { chain }) };
    saveOwnPreset(preset, folders);
    expect(readNetworkPresets(folders).networks.at(-1)?.preset).toEqual(preset);
  });

  it('with its tasks on a chain survives being written and read, and is shown like that', () => {
    const preset = networkPresetSchema.parse({ ...OWN, mode: 'chain', taskChain: TASK_CHAIN });
    saveOwnPreset(preset, folders);
    expect(readNetworkPresets(folders).networks.at(-1)?.preset).toEqual(preset);
    const { networks } = createNetworkDirectory({ folders, local: () => null }).views();
    expect(networks.at(-1)).toMatchObject({ mode: 'chain', hasChain: false, chainId: 7, explorerUrl: 'https://scan.example' });
    expect(networks[0]).toMatchObject({ mode: 'relay' });
  });

  it.each([
    ['not JSON', '{', { code: 'NETWORK_PRESET_UNREADABLE', file: 'a.json' }],
    ['too large', ' '.repeat(300_000), { code: 'NETWORK_PRESET_UNREADABLE', file: 'a.json' }],
    ['not an object', '[]', { code: 'NETWORK_PRESET_BAD', file: 'a.json', field: '' }],
    [
      'on a chain without contracts',
      { ...OWN, mode: 'chain' },
      { code: 'NETWORK_PRESET_BAD', file: 'a.json', field: 'taskChain' },
    ],
    [
      'with contracts that its mode does not use',
      { ...OWN, taskChain: TASK_CHAIN },
      { code: 'NETWORK_PRESET_BAD', file: 'a.json', field: 'taskChain' },
    ],
    ['without a field', { ...OWN, relayUrl: undefined }, { code: 'NETWORK_PRESET_BAD', file: 'a.json', field: 'relayUrl' }],
    [
      'with a bad field of its chain',
      { ...OWN, chain: { chainId: 1, rpcUrls: ['ftp://x'], contracts: {}, gas: {} } },
      { code: 'NETWORK_PRESET_BAD', file: 'a.json', field: 'chain.rpcUrls.0' },
    ],
    [
      'from before generations existed, without credits, says what to add',
      { ...OWN, chain: { ...OLD_CHAIN, contracts: { ...OLD_CONTRACTS, credits: undefined } } },
      {
        code: 'NETWORK_PRESET_BAD',
        file: 'a.json',
        field: 'chain.contracts.credits',
      },
    ],
    ['whose id is not a valid file name', { ...OWN, id: '../x' }, { code: 'NETWORK_PRESET_BAD', file: 'a.json', field: 'id' }],
    ['with a built-in id', { ...OWN, id: 'crynux-on-base' }, { code: 'NETWORK_PRESET_RESERVED', file: 'a.json', field: 'id' }],
    [
      'that accepts any engine on a public relay',
      { ...OWN, relayUrl: 'http://RELAY.crynux.io.:443/' },
      { code: 'NETWORK_PRESET_UNSAFE', file: 'a.json', field: 'acceptedEngines' },
    ],
  ])('%s is reported with file and field, and the others still load', (_what, content, problem) => {
    write('a.json', content);
    write('b.json', { ...OWN, id: 'other' });
    const found = read();
    expect(found.own).toEqual(['other']);
    expect(found.builtIn).toHaveLength(7);
    expect(found.problems).toEqual([expect.objectContaining(problem)]);
  });

  it('if two have the same id, the first file is used', () => {
    write('a.json', OWN);
    write('b.json', OWN);
    expect(read()).toMatchObject({ own: ['my-lab'], problems: [{ code: 'NETWORK_PRESET_REPEATED', file: 'b.json' }] });
  });

  it.each([
    ['crynux-on-near', 'NETWORK_PRESET_RESERVED'],
    ['Bad Id', 'NETWORK_PRESET_BAD'],
  ])('named %s is not written', (id, code) => {
    expect(() => saveOwnPreset(networkPresetSchema.parse({ ...OWN, id }), folders)).toThrow(expect.objectContaining({ code }));
    expect(readdirSync(folders.own)).toEqual([]);
  });
});
