import { describe, expect, it } from 'vitest';
import { collapseWhitespace } from '../../protocol/node/gpu-name.ts';
import { macGpuName, madeUpPlatform, nodePlatform, platformFacts } from './platform.ts';

const BARE = { system: 'linux', env: {}, containerFile: false, controlGroups: '0::/init.scope' } as const;

describe('platform (RELAY_PROTOCOL 8.9)', () => {
  it.each([
    ['Linux', BARE, 'Linux'],
    ['Windows', { ...BARE, system: 'win32' }, 'Windows'],
    ['macOS', { ...BARE, system: 'darwin' }, 'Darwin'],
    ['/.dockerenv', { ...BARE, containerFile: true }, 'docker'],
    ['a docker cgroup', { ...BARE, controlGroups: '12:cpu:/docker/0123\n' }, 'docker'],
    ['Kubernetes', { ...BARE, env: { KUBERNETES_SERVICE_HOST: '10.0.0.1' } }, 'docker'],
    ['Kubernetes, empty', { ...BARE, env: { KUBERNETES_SERVICE_HOST: '' } }, 'docker'],
  ] as const)('%s', (_what, facts, platform) => {
    expect(nodePlatform(facts)).toBe(platform);
  });

  it('reads the two files on Linux only', () => {
    const read: string[] = [];
    const given = {
      env: {},
      exists: (path: string) => read.push(path) > 0,
      readText: (path: string) => (read.push(path) > 0 ? null : ''),
    };
    expect(platformFacts({ ...given, system: 'win32' })).toMatchObject({ containerFile: false, controlGroups: '' });
    expect(read).toEqual([]);
    expect(nodePlatform(platformFacts({ ...given, system: 'linux' }))).toBe('docker');
    expect(read).toEqual(['/.dockerenv', '/proc/self/cgroup']);
  });
});

it("an invented card never has a Mac's suffix, which would be compared with the Mac", () => {
  expect((['docker', 'Linux', 'Windows', 'Darwin'] as const).map(madeUpPlatform)).toEqual([
    'docker',
    'Linux',
    'Windows',
    'Linux',
  ]);
});

describe("a Mac's name", () => {
  it.each([
    ['Apple M2', 'Apple M2 Type'],
    ['Apple M3 Max', 'Apple M3 Max Type'],
    // The official pattern stops at the first character that is neither a word character nor a space.
    ['Intel(R) UHD Graphics', 'Intel'],
  ])('%s as spelled by the official node', (chipset, name) => {
    expect(collapseWhitespace(macGpuName({ chipset, style: 'official' }))).toBe(name);
    expect(macGpuName({ chipset, style: 'chipset' })).toBe(chipset);
  });
});
