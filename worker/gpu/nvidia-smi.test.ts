import { describe, expect, it } from 'vitest';
import type { ProcessOutcome, ProcessRequest } from '../kit/process-runner.ts';
import { GPU_ERRORS } from './errors.ts';
import { NvidiaSmi } from './nvidia-smi.ts';
import { compose, recorded, withField } from './testing/compose.ts';

/** Replaces the operating system's process table; the integration test uses the real one. */
function smi(outcome: (request: ProcessRequest) => ProcessOutcome, commands = ['nvidia-smi']) {
  const asked: ProcessRequest[] = [];
  const runner = {
    run: async (request: ProcessRequest) => {
      asked.push(request);
      return outcome(request);
    },
  };
  return { nvidiaSmi: new NvidiaSmi({ runner, commands }), asked };
}

function exited(code: number, stdout: string, stderr = '', tookMs = 0): ProcessOutcome {
  return { kind: 'exited', code, stdout, stderr, tookMs };
}

describe('the call', () => {
  it('is made once for all cards, with an argument list', async () => {
    const { nvidiaSmi, asked } = smi(() => exited(0, compose(['tesla-t4', 'a10g'])));
    const probe = await nvidiaSmi.probe();
    expect(probe.kind === 'found' && probe.cards.map((card) => card.name)).toEqual(['Tesla T4', 'NVIDIA A10G']);
    expect(asked.map(({ command, args }) => ({ command, args }))).toEqual([{ command: 'nvidia-smi', args: ['-q', '-x'] }]);
  });

  it('tries the places where nvidia-smi may be', async () => {
    const { nvidiaSmi } = smi(
      ({ command }) => (command === 'b' ? exited(0, recorded('a10g')) : { kind: 'notFound' }),
      ['a', 'b', 'c'],
    );
    expect((await nvidiaSmi.probe()).kind).toBe('found');
  });
});

describe('failures', () => {
  const NO_DRIVER =
    "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver. Make sure that the latest NVIDIA driver is installed and running.\n";

  it.each([
    ['binary missing', { kind: 'notFound' }, 'binaryMissing', 'GPU_BINARY_MISSING'],
    ['no driver', exited(9, NO_DRIVER), 'noDriver', 'GPU_NO_DRIVER'],
    ['no driver, exit code lost by a wrapper', exited(1, '', NO_DRIVER), 'noDriver', 'GPU_NO_DRIVER'],
    ['no driver, exit code 0', exited(0, NO_DRIVER), 'noDriver', 'GPU_NO_DRIVER'],
    ['no driver, reported in German', exited(9, 'NVIDIA-SMI ist fehlgeschlagen.'), 'noDriver', 'GPU_NO_DRIVER'],
    ['no driver, reported in Chinese', exited(9, '无法与 NVIDIA 驱动程序通信'), 'noDriver', 'GPU_NO_DRIVER'],
    ['no library', exited(12, "NVIDIA-SMI couldn't find libnvidia-ml.so library in your system."), 'noDriver', 'GPU_NO_DRIVER'],
    [
      'updated driver',
      exited(18, 'Failed to initialize NVML: Driver/library version mismatch'),
      'driverMismatch',
      'GPU_DRIVER_MISMATCH',
    ],
    ['updated driver, old code', exited(1, 'Driver/library version mismatch'), 'driverMismatch', 'GPU_DRIVER_MISMATCH'],
    ['no permission', exited(4, 'Zugriff verweigert'), 'noPermission', 'GPU_NO_PERMISSION'],
    ['no cards', exited(6, 'No devices were found'), 'noCards', 'GPU_NO_CARDS'],
    ['no cards, exit code 0', exited(0, 'No devices were found'), 'noCards', 'GPU_NO_CARDS'],
    [
      'an output without cards',
      exited(0, '<nvidia_smi_log><attached_gpus>0</attached_gpus></nvidia_smi_log>'),
      'noCards',
      'GPU_NO_CARDS',
    ],
    [
      'card lost',
      exited(15, 'Unable to determine the device handle for GPU 0000:01:00.0: GPU is lost.'),
      'cardLost',
      'GPU_CARD_LOST',
    ],
    ['garbage XML', exited(0, '<nvidia_smi_log><gpu>'), 'unreadable', 'GPU_PROBE_UNREADABLE'],
    ['no XML at all', exited(0, 'hello'), 'unreadable', 'GPU_PROBE_UNREADABLE'],
    ['unknown code and text', exited(255, 'Etwas ist schiefgelaufen'), 'failed', 'GPU_PROBE_FAILED'],
    ['not startable', { kind: 'failed', detail: 'spawn EACCES' }, 'failed', 'GPU_PROBE_FAILED'],
    ['hanging', { kind: 'timedOut', gone: Promise.resolve() }, 'timedOut', 'GPU_PROBE_TIMED_OUT'],
  ] as const)('%s', async (_what, outcome, kind, code) => {
    const probe = await smi(() => outcome).nvidiaSmi.probe();
    if (probe.kind === 'found') throw new Error('found cards');
    expect(probe.kind).toBe(kind);
    expect(probe.problem).toMatchObject({ code, message: GPU_ERRORS[code].meaning, remedy: GPU_ERRORS[code].remedy });
    expect(probe.problem.detail).not.toBe('');
  });

  it('quotes exit code and first line', async () => {
    const probe = await smi(() => exited(255, '\nEtwas ist schiefgelaufen\nmehr')).nvidiaSmi.probe();
    expect(probe.kind !== 'found' && probe.problem.detail).toBe('exit code 255: Etwas ist schiefgelaufen');
  });
});

describe('a failing card among others', () => {
  it('cards that are reported beside an error are used, and the error is reported', async () => {
    const probe = await smi(() =>
      exited(15, recorded('a10g'), 'Unable to determine the device handle for GPU 0000:02:00.0'),
    ).nvidiaSmi.probe();
    expect(probe.kind === 'found' && probe.cards.length).toBe(1);
    expect(probe.kind === 'found' && probe.problems.map((problem) => problem.code)).toEqual(['GPU_CARD_LOST']);
  });

  it('a card that is attached but not shown is reported', async () => {
    const probe = await smi(() => exited(0, withField(recorded('a10g'), 'attached_gpus', '2'))).nvidiaSmi.probe();
    expect(probe.kind === 'found' && probe.problems.map((problem) => problem.detail)).toEqual(['2 cards attached, 1 shown']);
  });
});

describe('what is reported beside the cards', () => {
  const problemsOf = async (outcome: ProcessOutcome) => {
    const probe = await smi(() => outcome).nvidiaSmi.probe();
    if (probe.kind !== 'found') return expect.fail(`${probe.kind}: ${probe.problem.detail}`);
    expect(probe.cards.map(({ name, unusable }) => [name, unusable])).toEqual([['NVIDIA A10G', null]]);
    return probe.problems.map(({ code, detail }) => [code, detail]);
  };
  const xml = recorded('a10g');
  const inforom = 'WARNING: infoROM is corrupted at gpu 0000:B3:00.0';
  const handle = 'Unable to determine the device handle for GPU0000:02:00.0: Unknown Error';

  it.each([
    ['nothing of a word that means nothing', exited(0, `libcuda.so.1 is not a symbolic link\n${xml}`), []],
    ['a damaged infoROM, reported before the XML', exited(14, `${inforom}\n${xml}`), [['GPU_INFOROM_CORRUPTED', inforom]]],
    ['a damaged infoROM, reported after it', exited(0, `${xml}\n${inforom}\n`), [['GPU_INFOROM_CORRUPTED', inforom]]],
    ['a damaged infoROM, reported by the exit code', exited(14, xml), [['GPU_INFOROM_CORRUPTED', 'exit code 14']]],
    ['a lost card', exited(0, `${handle}\n${withField(xml, 'attached_gpus', '2')}`), [['GPU_CARD_LOST', handle]]],
    ['an exit code that has no name', exited(77, `odd\n${xml}`), [['GPU_PROBE_WARNED', 'exit code 77: odd']]],
    ['a slow answer without persistence mode', exited(0, xml, '', 4_200), [['GPU_SLOW_READING', '4.2 s']]],
    ['nothing of a quick one', exited(0, xml, '', 900), []],
    ['nothing of a slow one with it', exited(0, withField(xml, 'persistence_mode', 'Enabled'), '', 4_200), []],
  ])('%s', async (_what, outcome, problems) => {
    expect(await problemsOf(outcome)).toEqual(problems);
  });
});

it('does not start more calls beside one that cannot be killed', async () => {
  let die = () => {};
  const gone = new Promise<void>((resolve) => {
    die = resolve;
  });
  const outcomes: ProcessOutcome[] = [{ kind: 'timedOut', gone }, exited(0, recorded('a10g'))];
  const { nvidiaSmi, asked } = smi(() => outcomes.shift() ?? { kind: 'notFound' });
  expect((await nvidiaSmi.probe()).kind).toBe('timedOut');
  expect((await nvidiaSmi.probe()).kind).toBe('timedOut');
  expect(asked).toHaveLength(1);
  die();
  await gone;
  expect((await nvidiaSmi.probe()).kind).toBe('found');
});
