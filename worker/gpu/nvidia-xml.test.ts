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

/** name, MiB, MiB used, load, °C, W, driver, processes; read manually from the recordings. */
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
  it('covers every file in the folder', () => {
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

  it('eight, from all schema generations', async () => {
    const cards = await cardsOf(compose(RECORDED.slice(0, 8)));
    expect(cards.map((card) => card.memoryMib)).toEqual(RECORDED.slice(0, 8).map((card) => EXPECTED[card][1]));
    expect(new Set(cards.map((card) => card.id)).size).toBe(8);
  });
});

describe('invalid fields', () => {
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

  it.each(NO_NUMBERS)('%j is not a number', async (text) => {
    let xml = recorded('rtx-3090-v12');
    for (const tag of ['power_draw', 'gpu_temp', 'gpu_util', 'used']) xml = withField(xml, tag, text);
    const card = await only(xml);
    expect([card.powerW, card.temperatureC, card.loadPercent, card.memoryUsedMib]).toEqual([null, null, null, null]);
    expect(card.unusable).toBeNull();
  });

  it('reads a decimal comma', async () => {
    expect((await only(withField(recorded('tesla-t4'), 'power_draw', '26,78 W'))).powerW).toBe(26.78);
  });

  it('keeps a process whose memory is not reported', async () => {
    const card = await only(
      recorded('tesla-t4').replace('<used_memory>1005 MiB</used_memory>', '<used_memory>N/A</used_memory>'),
    );
    expect(card.processes?.[1]).toEqual({ pid: 5762, kind: 'compute', name: 'python', memoryMib: null });
  });

  it.each(['N/A', 'Unzureichende Berechtigungen'])('processes reported as %j are unknown, not none', async (text) => {
    const card = await only(recorded('tesla-t4').replace(/<processes>[\s\S]*<\/processes>/, `<processes>${text}</processes>`));
    expect(card.processes).toBeNull();
  });
});

describe('cards that cannot be used', () => {
  const xml = recorded('a10g');
  it.each([
    ['MIG on', withField(xml, 'current_mig', 'Enabled'), 'GPU_MIG_ENABLED'],
    ['computing prohibited', withField(xml, 'compute_mode', 'Prohibited'), 'GPU_COMPUTE_PROHIBITED'],
    ['no UUID', withField(xml, 'uuid', 'N/A'), 'GPU_NO_IDENTITY'],
    ['UUID in words', withField(xml, 'uuid', 'Unbekannter Fehler'), 'GPU_NO_IDENTITY'],
    ['no name', withField(xml, 'product_name', ''), 'GPU_NO_IDENTITY'],
    ['no memory', withField(xml, 'total', 'N/A'), 'GPU_NO_MEMORY_SIZE'],
    ['fallen off the bus', withField(withField(xml, 'product_name', 'Unknown Error'), 'uuid', 'Unknown Error'), 'GPU_CARD_LOST'],
    ['wants a reset', withField(recorded('rtx-3080-v13'), 'gpu_recovery_action', 'Reset'), 'GPU_CARD_LOST'],
  ])('%s', async (_what, text, code) => {
    const card = await only(text);
    expect(card.unusable?.code).toBe(code);
    expect(card.unusable?.remedy).not.toBe('');
    expect(card.id).not.toBe('');
  });

  it('distinguishes MIG from off and unsupported', async () => {
    expect((await only(withField(xml, 'current_mig', 'Enabled'))).mig).toBe('enabled');
    expect((await only(withField(xml, 'current_mig', 'Disabled'))).mig).toBe('disabled');
    expect((await only(xml)).mig).toBe('unsupported');
  });

  it('one bad card does not hide the others', async () => {
    const cards = await cardsOf(compose(['a10g', 'a10g'], (card, i) => (i === 0 ? withField(card, 'uuid', 'N/A') : card)));
    expect(cards.map((card) => card.unusable?.code ?? null)).toEqual(['GPU_NO_IDENTITY', null]);
  });
});

/** None of these is well-formed XML, or there is text around it. */
describe('a defect in something unneeded costs nothing else', () => {
  const xml = recorded('rtx-4000-sff-ada-v13');
  const named = (name: string) =>
    xml.replace('<process_name>python</process_name>', () => `<process_name>${name}</process_name>`);
  const names = async (text: string) => (await only(text)).processes?.map(({ name }) => name)[2];

  it.each([
    ['an ampersand', 'C:\\Games\\Tom & Jerry\\game.exe', undefined],
    ['two of them, and an entity that is none', 'a && b &nbsp; c', undefined],
    ['a flag in angle brackets', '/opt/app/--model=<auto>', undefined],
    ['a list of them', 'chrome --enable-features=Font<Font,Material<Material --shared-files', undefined],
    ['an opened comment', 'a <!-- b', undefined],
    ['an opened CDATA', 'a <![CDATA[ b ]]', undefined],
    ['an instruction', 'a <?php b ?>', undefined],
    ['the end of its card', 'a</gpu></nvidia_smi_log>', undefined],
    ['a card of its own', 'a<gpu id="1"><uuid>GPU-1</uuid>', undefined],
    ['replacement characters', '\ufffd\ufffd\ufffd', undefined],
    ['a control character', 'a\u0000b\u001bc', 'a\ufffdb\ufffdc'],
    ['what is well written', 'Tom &amp; Jerry &lt;3', 'Tom & Jerry <3'],
    ['a quotation mark', `"a" 'b' #c %20`, undefined],
  ])('a process named with %s', async (_what, name, read = name) => {
    expect(await only(named(name))).toMatchObject({
      name: 'NVIDIA RTX 4000 SFF Ada Generation',
      memoryMib: 20475,
      unusable: null,
    });
    expect(await names(named(name))).toBe(read);
  });

  it.each([
    ['the name of a process is not closed', xml.replace('</process_name>', '')],
    ['a name closes its process', named('a</process_name></process_info>')],
    ['the list of processes is not closed', xml.replace('</processes>', '')],
    ['the output ends among the processes', xml.slice(0, xml.indexOf('<process_name>') + 20)],
  ])('%s: then only the processes are unknown', async (_what, text) => {
    expect(await only(text)).toMatchObject({ memoryMib: 20475, powerW: 8.44, temperatureC: 38, processes: null, unusable: null });
  });

  it.each([
    ['clocks', 'clocks'],
    ['the table of clocks', 'supported_clocks'],
    ['the place on the bus', 'pci'],
    ['the power', 'gpu_power_readings'],
    ['the load', 'utilization'],
  ])('a broken element in %s', async (_what, tag) => {
    const card = await only(xml.replace(`<${tag}>`, `<${tag}><broken at=all`));
    expect(card).toMatchObject({ memoryMib: 20475, temperatureC: 38, unusable: null });
    expect(card.processes).toHaveLength(4);
  });

  it('a broken memory element leaves a card that reports it', async () => {
    expect((await only(xml.replace('<fb_memory_usage>', '<fb_memory_usage><a'))).unusable?.code).toBe('GPU_NO_MEMORY_SIZE');
  });

  it.each([
    ['a warning before', `WARNING: infoROM is corrupted at gpu 0000:B3:00.0\n${xml}`],
    ['one that looks like XML', `<warning> & more\n${xml}`],
    ['words after', `${xml}\nERROR: nvmlShutdown & <unknown>\n`],
    ['a byte order mark', `\ufeff${xml}`],
    ['a warning between two elements', xml.replace('<clocks>', 'WARNING: something\n<clocks>')],
    ['the log twice', `${xml}\n${xml}`],
    ['carriage returns', xml.replaceAll('\n', '\r\n')],
    ['no last line', xml.replace(/<\/gpu>[\s\S]*/, '</gpu>')],
    ['processes that are no elements', xml.replace('<processes>', '<processes><process_info/>')],
  ])('%s', async (_what, text) => {
    expect(await only(text)).toMatchObject({ name: 'NVIDIA RTX 4000 SFF Ada Generation', memoryMib: 20475, unusable: null });
  });

  it('a broken card does not cost the others, nor give them its values', async () => {
    const cards = await cardsOf(
      compose(['a10g', 'rtx-4000-sff-ada-v13', 'tesla-t4'], (card, i) =>
        i === 1 ? card.slice(0, card.indexOf('<fb_memory_usage>')).replace('</supported_clocks>', '') : card,
      ),
    );
    expect(cards.map(({ name, memoryMib, busId }) => [name, memoryMib, busId])).toEqual([
      ['NVIDIA A10G', 23028, '00000000:00:00.0'],
      ['Tesla T4', 15360, '00000000:02:00.0'],
    ]);
  });

  it("an instance's memory is not mistaken for the card's", async () => {
    const mig = '<mig_device><fb_memory_usage><total>4864 MiB</total></fb_memory_usage></mig_device>';
    const text = xml.replace(/<mig_devices>[\s\S]*?<\/mig_devices>/, `<mig_devices>${mig}</mig_devices>`);
    for (const each of [text, text.replace('<clocks>', '<clocks><broken')]) expect((await only(each)).memoryMib).toBe(20475);
  });

  it.each(['-1', '-1 MiB', '99999999999999999999 MiB'])('an impossible number counts as none: %s', async (figure) => {
    const card = await only(withField(withField(xml, 'used', figure), 'instant_power_draw', '-1 W'));
    expect(gpuCardSchema.parse(card)).toMatchObject({ memoryUsedMib: null, unusable: null });
  });

  it('an unreadable name is not reported', async () => {
    expect((await only(withField(xml, 'product_name', 'NVIDIA \ufffd\ufffd'))).unusable?.code).toBe('GPU_NO_IDENTITY');
  });
});

/**
 * Takes much longer than any test's time limit if the work grows with the square of the size, and a moment if it grows
 * with the size.
 */
describe('a flood of', () => {
  const xml = recorded('tesla-t4');
  const inside = (flood: string) => xml.replace('<clocks>', () => `${flood}<clocks>`);
  const many = (text: string, count = 200_000) => text.repeat(count);

  it.each([
    ['tables that are not closed', inside(many('<supported_clocks>'))],
    ['open elements', inside(many('<a>'))],
    ['closed elements', inside(many('</a>'))],
    ['both', inside(many('<a>') + many('</b>'))],
    ['names', inside(many('<process_name>'))],
    ['names that are closed', inside(many('<process_name></process_name>'))],
    ['brackets', inside(many('<'))],
    ['ampersands', inside(many('&'))],
    ['comments', inside(many('<!--'))],
    ['attributes', inside(`<a ${many('b="c" ')}`)],
    ['blanks', inside(`<a ${many(' ', 1_000_000)}`)],
    ['blanks before cards', inside(many(`\n${' '.repeat(60)}<gpu id=`, 40_000))],
    ['cards', inside(many('\n<gpu id="1">', 40_000))],
  ])('%s ends', async (_what, text) => {
    const parsed = await parseNvidiaXml(text);
    expect(['cards', 'unreadable']).toContain(parsed.kind);
    if (parsed.kind === 'cards') expect(parsed.cards.length).toBeLessThanOrEqual(64);
  });

  it('processes is not read, but the card is', async () => {
    const processes = many(
      '<process_info><pid>1</pid><type>C</type><process_name>x</process_name><used_memory>1 MiB</used_memory></process_info>',
      20_000,
    );
    const card = await only(xml.replace(/<processes>[\s\S]*<\/processes>/, () => `<processes>${processes}</processes>`));
    expect(card).toMatchObject({ name: 'Tesla T4', memoryMib: 15360, processes: null, unusable: null });
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

  it('every truncation of an output is unreadable or gives whole cards', async () => {
    const xml = recorded('tesla-t4').replace(/<supported_clocks>[\s\S]*<\/supported_clocks>/, '');
    for (let end = 0; end < xml.length; end += 97) {
      const parsed = await parseNvidiaXml(xml.slice(0, end));
      if (parsed.kind === 'cards') expect(parsed.cards[0]?.memoryMib).toBe(15360);
    }
  });
});
