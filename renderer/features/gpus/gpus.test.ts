import { expect, it } from 'vitest';
import { gpuCardSchema, gpuSettingsSchema } from '../../../contract/gpu.ts';
import { groupByName, toggleCard } from './card-groups.ts';
import { newWindow, parseSettings, settingsToForm } from './settings-form.ts';

const card = (id: string, name: string, unusable = false) =>
  gpuCardSchema.parse({
    ...{ id, uuid: id, vendor: 'nvidia', name, index: 0, busId: null, integrated: false, driver: null, memoryMib: 8_192 },
    ...{ memoryUsedMib: null, loadPercent: null, temperatureC: null, powerW: null, processes: null, mig: 'unsupported' },
    unusable: unusable ? { code: 'GPU_MIG_ENABLED', message: '', remedy: '', detail: '' } : null,
  });

it('offers identical usable cards as a group, and never a selection across two groups', () => {
  const groups = groupByName([card('a', 'X'), card('b', 'Y'), card('c', 'X'), card('d', 'X', true)]);
  expect(groups.map(({ name, cards }) => [name, cards.map(({ id }) => id)])).toEqual([
    ['X', ['a', 'c']],
    ['Y', ['b']],
  ]);
  const [x, y] = groups;
  if (x === undefined || y === undefined) throw new Error('two groups');
  expect(toggleCard(['a'], x, 'c')).toEqual(['a', 'c']);
  expect(toggleCard(['a', 'c'], y, 'b')).toEqual(['b']);
  expect(toggleCard(['a', 'c'], x, 'a')).toEqual(['c']);
});

it('returns settings unchanged', () => {
  const settings = gpuSettingsSchema.parse({
    limits: { temperatureC: { pauseAt: 84.5, resumeAt: 70 }, powerW: null },
    schedule: { windows: [{ days: ['sat', 'sun'], from: '22:00', to: '06:30' }] },
    idle: { only: true, quietSeconds: 0, ignored: ['steam', 'obs'] },
  });
  expect(parseSettings(settingsToForm(settings))).toEqual({ settings });
  const bare = gpuSettingsSchema.parse({});
  expect(parseSettings(settingsToForm(bare))).toEqual({ settings: bare });
});

it('names the part that is invalid', () => {
  const form = settingsToForm(gpuSettingsSchema.parse({}));
  const limit = { on: true, pauseAt: '80', resumeAt: '80' };
  expect(parseSettings({ ...form, temperature: limit })).toEqual({ problem: 'temperature' });
  expect(parseSettings({ ...form, power: { ...limit, pauseAt: '' } })).toEqual({ problem: 'power' });
  expect(parseSettings({ ...form, scheduled: true, windows: [{ ...newWindow(0), days: [] }] })).toEqual({ problem: 'windows' });
  expect(parseSettings({ ...form, scheduled: true, windows: [] })).toEqual({ problem: 'windows' });
  expect(parseSettings({ ...form, quietSeconds: '1.5' })).toEqual({ problem: 'quiet' });
});
