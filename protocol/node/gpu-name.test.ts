import { describe, expect, it } from 'vitest';
import { collapseWhitespace, gpuModel, platformOfGpuName, relayGpuName, relayVramGib } from './gpu-name.ts';

describe('GPU names', () => {
  it('have the form that the relay stores', () => {
    const model = gpuModel({ name: 'NVIDIA GeForce RTX 4090', count: 2 });
    expect(relayGpuName({ model, tensorParallel: true, platform: 'Linux' })).toBe('2x NVIDIA GeForce RTX 4090 TP+Linux');
    expect(relayGpuName({ model: gpuModel({ name: 'Tesla T4', count: 1 }), tensorParallel: false, platform: 'docker' })).toBe(
      'Tesla T4+docker',
    );
    expect(relayGpuName({ model: ' Apple M2\n      Type', tensorParallel: false, platform: 'Darwin' })).toBe(
      'Apple M2 Type+Darwin',
    );
  });

  it('lose repeated, leading and trailing white space', () => {
    expect(collapseWhitespace('\t a  b\r\nc ')).toBe('a b c');
    expect(collapseWhitespace('  ')).toBe('');
  });

  it('contain the platform after the first plus', () => {
    expect(platformOfGpuName('Tesla T4+docker')).toBe('docker');
    expect(platformOfGpuName('odd+name+Linux')).toBe('name+Linux');
    expect(platformOfGpuName('Tesla T4')).toBeNull();
  });
});

describe('VRAM', () => {
  it('is the sum of the cards, rounded up to GiB', () => {
    expect(relayVramGib([24_564])).toBe(24);
    expect(relayVramGib([24_564, 24_564])).toBe(48);
    expect(relayVramGib([1_025])).toBe(2);
    expect(relayVramGib([])).toBe(0);
  });
});
