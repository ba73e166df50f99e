import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { networkPresetSchema } from '../../contract/node-config.ts';
import { type PresetFolders, readNetworkPresets, removeOwnPreset, saveOwnPreset } from './network-presets.ts';

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

  it.each(networks.filter(({ preset }) => preset.id !== 'devnet').map(({ preset }) => [preset.id, preset] as const))(
    '%s is public: it accepts the official engine only, over TLS, and names its chain',
    (_id, preset) => {
      expect(preset.acceptedEngines).toEqual(['official']);
      expect(preset.samplingModulus).toBe(100);
      expect([preset.relayUrl, ...(preset.chain?.rpcUrls ?? [])].every((url) => url.startsWith('https:'))).toBe(true);
      // RELAY_PROTOCOL 10.4: the official node sets 8 000 000 units; a cap below would keep its transactions out.
      expect(preset.chain?.gas.limitCap).toBe(8_000_000);
      const contracts = Object.values(preset.chain?.contracts ?? {});
      expect(new Set(contracts.map((address) => address.toLowerCase())).size).toBe(4);
    },
  );

  it('the devnet takes every engine; its chain exists only once it runs', () => {
    const devnet = networks.find(({ preset }) => preset.id === 'devnet')?.preset;
    expect(devnet?.acceptedEngines).toContain('embedded');
    expect(devnet?.chain).toBeUndefined();
  });
});

describe("a network of one's own", () => {
  it('stands beside the built-in ones, is written, replaced and removed', () => {
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

  it('with its chain survives being written and read', () => {
    const chain = readNetworkPresets(folders).networks[0]?.preset.chain;
    const preset = { ...networkPresetSchema.parse(OWN), ...(chain === undefined ? {} : { chain }) };
    saveOwnPreset(preset, folders);
    expect(readNetworkPresets(folders).networks.at(-1)?.preset).toEqual(preset);
  });

  it.each([
    ['not JSON', '{', { code: 'NETWORK_PRESET_UNREADABLE', file: 'a.json' }],
    ['too large', ' '.repeat(300_000), { code: 'NETWORK_PRESET_UNREADABLE', file: 'a.json' }],
    ['no object', '[]', { code: 'NETWORK_PRESET_BAD', file: 'a.json', field: '' }],
    ['without a field', { ...OWN, relayUrl: undefined }, { code: 'NETWORK_PRESET_BAD', file: 'a.json', field: 'relayUrl' }],
    [
      'with a bad field of its chain',
      { ...OWN, chain: { chainId: 1, rpcUrls: ['ftp://x'], contracts: {}, gas: {} } },
      { code: 'NETWORK_PRESET_BAD', file: 'a.json', field: 'chain.rpcUrls.0' },
    ],
    ['whose id is no file name', { ...OWN, id: '../x' }, { code: 'NETWORK_PRESET_BAD', file: 'a.json', field: 'id' }],
    ['with a built-in id', { ...OWN, id: 'crynux-on-base' }, { code: 'NETWORK_PRESET_RESERVED', file: 'a.json', field: 'id' }],
    [
      'that takes any engine to a public relay',
      { ...OWN, relayUrl: 'http://RELAY.crynux.io.:443/' },
      { code: 'NETWORK_PRESET_UNSAFE', file: 'a.json', field: 'acceptedEngines' },
    ],
  ])('%s is told with file and field, and the others are there', (_what, content, problem) => {
    write('a.json', content);
    write('b.json', { ...OWN, id: 'other' });
    const found = read();
    expect(found.own).toEqual(['other']);
    expect(found.builtIn).toHaveLength(3);
    expect(found.problems).toEqual([expect.objectContaining(problem)]);
  });

  it('of which two have one id is taken from the first file', () => {
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
