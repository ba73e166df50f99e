import { readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { type GpuCard, gpuCardSchema } from '../../contract/gpu.ts';
import { parseNvidiaXml } from './nvidia-xml.ts';
import { compose, composedUuid, RECORDED, type RecordedCard, recorded, withField } from './testing/compose.ts';

async function cardsOf(xml: string): Promise<readonly GpuCard[]> {
  const parsed = await parseNvidiaXml(xml);
  if (parsed.kind !== 'cards') throw new Error(parsed.detail);
  return parsed.cards;
}

async function only(xml: string): Promise<GpuCard> {
  const cards = await cardsOf(xml);
  expect(cards).toHaveLength(1);
  return cards[0] as GpuCard;
}

/** name, MiB, MiB used, load, °C, W, driver, processes; read off the recordings by eye. */
const EXPECTED: Readonly<Record<RecordedCard, readonly unknown[]>> = {
  a10g: ['NVIDIA A10G', 23028, 22, 0, 17, 25.58, '515.105.01', 1],
  'gtx-1070-ti': ['GeForce GTX 1070 Ti', 4096, 42, 0, 39, null, null, null],
  'gtx-1660-ti': ['Graphics Device', 5912, 0, 0, 40, 8.93, '418.43', 0],
  'quadro-p2000-v12': ['Quadro P2000', 5120, 1, 0, 34, 4.61, '525.125.06', 0],
  'rtx-3080-v12': ['NVIDIA GeForce RTX 3080', 10240, 1128, 0, 31, 22.78, '536.40', 5],
  'rtx-3080-v13': ['NVIDIA GeForce RTX 3080', 10240, 9184, 65, 27, 142.33, '595.58.03', 0],
  'rtx-3090-v12': ['NVIDIA GeForce RTX 3090', 24576, 1, 0, 37, 27.23, '525.147.05', 0],
  'rtx-4000-sff-ada-v13': ['NVIDIA RTX 4000 SFF Ada Generation', 20475, 3534, 0, 38, 8.44, '595.84', 4],
  'tesla-t4': ['Tesla T4', 15360, 1032, 0, 40, 26.78, '515.105.01', 2],
};

describe('recorded outputs', () => {
  it('knows every file of the folder', () => {
    const files = readdirSync(path.join(import.meta.dirname, 'fixtures')).filter((file) => file !== 'README.md');
    expect(files.sort()).toEqual(RECORDED.map((card) => `${card}.xml`));
  });

  it.each(RECORDED)('%s', async (card) => {
    const read = await only(recorded(card));
    expect([
      read.name,
      read.memoryMib,
      read.memoryUsedMib,
      read.loadPercent,
      read.temperatureC,
      read.powerW,
      read.driver,
      read.processes?.length ?? null,
    ]).toEqual(EXPECTED[card]);
    expect(read.id).toBe(read.uuid);
    expect(recorded(card)).toContain(`<uuid>${read.uuid}</uuid>`);
    expect(read.unusable).toBeNull();
    expect(gpuCardSchema.parse(read)).toEqual(read);
  });

  it('reads processes with kind, name and memory', async () => {
    const card = await only(recorded('rtx-4000-sff-ada-v13'));
    expect(card.processes).toEqual([
      { pid: 1842, kind: 'graphics', name: 'cosmic-comp', memoryMib: 410 },
      { pid: 3190, kind: 'graphics', name: '/usr/bin/code', memoryMib: 451 },
      { pid: 4937, kind: 'compute', name: 'python', memoryMib: 160 },
      { pid: 34626, kind: 'both', name: '/usr/lib/chromium/chromium', memoryMib: 183 },
    ]);
  });
});

describe('several cards', () => {
  it('two different ones', async () => {
    const cards = await cardsOf(compose(['tesla-t4', 'rtx-3090-v12']));
    expect(cards.map((card) => [card.index, card.uuid, card.name])).toEqual([
      [0, composedUuid(0), 'Tesla T4'],
      [1, composedUuid(1), 'NVIDIA GeForce RTX 3090'],
    ]);
  });

  it('eight, of all schema generations', async () => {
    const cards = await cardsOf(compose(RECORDED.slice(0, 8)));
    expect(cards.map((card) => card.memoryMib)).toEqual(RECORDED.slice(0, 8).map((card) => EXPECTED[card][1]));
    expect(new Set(cards.map((card) => card.id)).size).toBe(8);
  });
});

describe('fields in trouble', () => {
  const NO_NUMBERS = [
    'N/A',
    '[N/A]',
    '[Not Supported]',
    'Unknown Error',
    'Nicht unterstützt',
    '対応していません',
    '',
    '- W',
    'NaN',
  ];

  it.each(NO_NUMBERS)('%j is no number', async (text) => {
    let xml = recorded('rtx-3090-v12');
    for (const tag of ['power_draw', 'gpu_temp', 'gpu_util', 'used']) xml = withField(xml, tag, text);
    const card = await only(xml);
    expect([card.powerW, card.temperatureC, card.loadPercent, card.memoryUsedMib]).toEqual([null, null, null, null]);
    expect(card.unusable).toBeNull();
  });

  it('reads a decimal comma', async () => {
    expect((await only(withField(recorded('tesla-t4'), 'power_draw', '26,78 W'))).powerW).toBe(26.78);
  });

  it('keeps a process whose memory is not told', async () => {
    const card = await only(
      recorded('tesla-t4').replace('<used_memory>1005 MiB</used_memory>', '<used_memory>N/A</used_memory>'),
    );
    expect(card.processes?.[1]).toEqual({ pid: 5762, kind: 'compute', name: 'python', memoryMib: null });
  });

  it.each(['N/A', 'Unzureichende Berechtigungen'])('processes told as %j are unknown, not none', async (text) => {
    const card = await only(recorded('tesla-t4').replace(/<processes>[\s\S]*<\/processes>/, `<processes>${text}</processes>`));
    expect(card.processes).toBeNull();
  });
});

describe('cards that can not be used', () => {
  const xml = recorded('a10g');
  it.each([
    ['MIG on', withField(xml, 'current_mig', 'Enabled'), 'GPU_MIG_ENABLED'],
    ['computing prohibited', withField(xml, 'compute_mode', 'Prohibited'), 'GPU_COMPUTE_PROHIBITED'],
    ['no UUID', withField(xml, 'uuid', 'N/A'), 'GPU_NO_IDENTITY'],
    ['UUID in words', withField(xml, 'uuid', 'Unbekannter Fehler'), 'GPU_NO_IDENTITY'],
    ['no name', withField(xml, 'product_name', ''), 'GPU_NO_IDENTITY'],
    ['no memory', withField(xml, 'total', 'N/A'), 'GPU_NO_IDENTITY'],
    ['fallen off the bus', withField(withField(xml, 'product_name', 'Unknown Error'), 'uuid', 'Unknown Error'), 'GPU_CARD_LOST'],
    ['wants a reset', withField(recorded('rtx-3080-v13'), 'gpu_recovery_action', 'Reset'), 'GPU_CARD_LOST'],
  ])('%s', async (_what, text, code) => {
    const card = await only(text);
    expect(card.unusable?.code).toBe(code);
    expect(card.unusable?.remedy).not.toBe('');
    expect(card.id).not.toBe('');
  });

  it('MIG is told from off and from unsupported', async () => {
    expect((await only(withField(xml, 'current_mig', 'Enabled'))).mig).toBe('enabled');
    expect((await only(withField(xml, 'current_mig', 'Disabled'))).mig).toBe('disabled');
    expect((await only(xml)).mig).toBe('unsupported');
  });

  it('one bad card does not hide the others', async () => {
    const cards = await cardsOf(compose(['a10g', 'a10g'], (card, i) => (i === 0 ? withField(card, 'uuid', 'N/A') : card)));
    expect(cards.map((card) => card.unusable?.code ?? null)).toEqual(['GPU_NO_IDENTITY', null]);
  });
});

describe('garbage', () => {
  it.each([
    ['nothing', ''],
    ['words', 'Segmentation fault'],
    ['half an output', recorded('tesla-t4').slice(0, 9000)],
    ['other XML', '<html><body>proxy</body></html>'],
    ['JSON', '{"gpu":[]}'],
  ])('%s is unreadable', async (_what, text) => {
    const parsed = await parseNvidiaXml(text);
    expect(parsed.kind).toBe('unreadable');
    expect(parsed.kind === 'unreadable' && parsed.detail).not.toBe('');
  });

  it('every cut of an output is unreadable or gives whole cards', async () => {
    const xml = recorded('tesla-t4').replace(/<supported_clocks>[\s\S]*<\/supported_clocks>/, '');
    for (let end = 0; end < xml.length; end += 97) {
      const parsed = await parseNvidiaXml(xml.slice(0, end));
      if (parsed.kind === 'cards') expect(parsed.cards[0]?.memoryMib).toBe(15360);
    }
  });
});
