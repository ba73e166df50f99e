/** `settings`: settings of the program itself. Secrets are typed or read from a descriptor, and never shown. */
import { Argument } from 'commander';
import type { Costs } from '../../../contract/costs.ts';
import { CHANNELS, type ChannelSettings, NOTICES } from '../../../contract/notify.ts';
import { readProxyAddress } from '../../../contract/proxy.ts';
import type { HostClient } from '../../../contract/rpc-client.ts';
import {
  SETTING_EFFECT,
  type SecretSetting,
  type SecretsView,
  type Settings,
  type SettingsChange,
  settingsChangeSchema,
} from '../../../contract/settings.ts';
import { HeadlessError } from '../../errors.ts';
import { firstOf, withHost } from '../ask-program.ts';
import { type CommonOptions, common, type Registry, wholeNumber } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { table } from '../node-text.ts';
import { askSecret } from '../secrets.ts';
import type { Terminal } from '../terminal.ts';

/** One line of `settings show`, and how `settings set` parses its value. */
interface Key {
  readonly values: string;
  readonly shown: (settings: Settings) => string;
  readonly change: (text: string, settings: Settings) => object;
  readonly effect: keyof Settings;
}

const onOff = (value: boolean) => (value ? 'on' : 'off');

function readOnOff(text: string): boolean {
  if (/^(on|true|yes)$/i.test(text)) return true;
  if (/^(off|false|no)$/i.test(text)) return false;
  throw new HeadlessError('HEADLESS_BAD_ARGUMENT', `"${text}" is neither on nor off`, { field: 'value' });
}

const choiceKey = (effect: 'appearance' | 'updates', values: string): Key => ({
  values,
  shown: (settings) => settings[effect],
  change: (text) => ({ [effect]: text }),
  effect,
});

const switchKey = (effect: 'startAtLogin' | 'keepRunningInTray' | 'railCollapsed'): Key => ({
  values: 'on, off',
  shown: (settings) => onOff(settings[effect]),
  change: (text) => ({ [effect]: readOnOff(text) }),
  effect,
});

const channelKey = (
  values: string,
  shown: (now: ChannelSettings) => string,
  change: (text: string, now: ChannelSettings) => object,
): Key => ({
  values,
  shown: (settings) => shown(settings.elsewhere),
  change: (text, settings) => ({ elsewhere: { ...settings.elsewhere, ...change(text, settings.elsewhere) } }),
  effect: 'elsewhere',
});

const costKey = (name: keyof Costs, values: string): Key => ({
  values,
  shown: (settings) => settings.costs[name] ?? 'none',
  change: (text, settings) => ({ costs: { ...settings.costs, [name]: text === 'none' ? null : text } }),
  effect: 'costs',
});

function parseQuietHours(text: string, { quiet }: ChannelSettings): object {
  if (text === 'off') return { quiet: { ...quiet, on: false } };
  const [from, to] = text.split('-');
  return { quiet: { ...quiet, on: true, from, to } };
}

export const SETTING_KEYS: Readonly<Record<string, Key>> = {
  proxy: {
    values: 'environment, off, ADDRESS',
    shown: ({ proxy }) => (proxy.kind === 'address' ? proxy.address : proxy.kind === 'none' ? 'off' : 'environment'),
    change: (text, { proxy }) => ({ proxy: parseProxy(text, proxy.kind === 'address' ? proxy.noProxy : '') }),
    effect: 'proxy',
  },
  'no-proxy': {
    values: 'hosts, domains, networks, separated by commas',
    shown: ({ proxy }) => (proxy.kind === 'address' ? proxy.noProxy : ''),
    change(noProxy, { proxy }) {
      if (proxy.kind === 'address') return { proxy: { ...proxy, noProxy } };
      throw new HeadlessError(
        'HEADLESS_BAD_ARGUMENT',
        'set a proxy address first; without one, NO_PROXY of the environment applies',
      );
    },
    effect: 'proxy',
  },
  appearance: choiceKey('appearance', 'system, light, dark'),
  language: {
    values: 'desktop, en, zh-CN',
    shown: ({ language }) => language ?? 'desktop',
    change: (text) => ({ language: text === 'desktop' ? null : text }),
    effect: 'language',
  },
  updates: choiceKey('updates', 'ask, off'),
  ...Object.fromEntries(
    CHANNELS.map((channel): [string, Key] => [
      channel,
      channelKey(
        'on, off',
        (now) => onOff(now[channel].on),
        (text, now) => ({ [channel]: { ...now[channel], on: readOnOff(text) } }),
      ),
    ]),
  ),
  'telegram-chat': channelKey(
    'number of a chat, @name',
    ({ telegram }) => telegram.chatId,
    (chatId, { telegram }) => ({ telegram: { ...telegram, chatId } }),
  ),
  'quiet-hours': channelKey('HH:MM-HH:MM, off', ({ quiet }) => (quiet.on ? `${quiet.from}-${quiet.to}` : 'off'), parseQuietHours),
  'summary-at': channelKey(
    'HH:MM',
    ({ summaryAt }) => summaryAt,
    (summaryAt) => ({ summaryAt }),
  ),
  currency: costKey('currency', 'letters'),
  tariff: costKey('tariff', 'per kWh, none'),
  'cnx-price': costKey('cnxPrice', 'of one CNX, none'),
  'start-at-login': switchKey('startAtLogin'),
  'keep-running-in-tray': switchKey('keepRunningInTray'),
  'rail-collapsed': switchKey('railCollapsed'),
  'column-widths': {
    values: 'default',
    shown: ({ columnWidths }) =>
      Object.entries(columnWidths)
        .flatMap(([table, widths]) => Object.entries(widths).map(([column, width]) => `${table} ${column} ${width}`))
        .join(', ') || 'default',
    change: (text) => {
      if (text !== 'default') throw new HeadlessError('HEADLESS_BAD_ARGUMENT', `"${text}" is not "default"`, { field: 'value' });
      return { columnWidths: {} };
    },
    effect: 'columnWidths',
  },
  ...Object.fromEntries(
    NOTICES.map((notice): [string, Key] => [
      `notify-${notice.replace(/[A-Z]/g, (sign) => `-${sign.toLowerCase()}`)}`,
      {
        values: 'on, off',
        shown: ({ notifications }) => onOff(notifications[notice]),
        change: (text) => ({ notifications: { [notice]: readOnOff(text) } }),
        effect: 'notifications',
      },
    ]),
  ),
};

export const SECRET_KEYS: Readonly<Record<string, SecretSetting>> = {
  'proxy-password': 'proxyPassword',
  'hub-token': 'hubToken',
  'webhook-url': 'webhookUrl',
  'telegram-token': 'telegramToken',
  'ntfy-url': 'ntfyUrl',
};

const EFFECTS = {
  now: '',
  nextLogin: ' It takes effect at the next log-in.',
  nextStart: ' Running nodes apply it at their next start.',
};
const NODE_EFFECT = EFFECTS.nextStart;
const PLACES = { keychain: 'set (in the keychain)', file: 'set (in a file that only you can read)' } as const;

interface SetOptions extends CommonOptions {
  readonly valueFd?: number;
  readonly remove?: boolean;
}

export function addSettingsCommands(registry: Registry): void {
  const { program, terminal, end } = registry;
  addNotify(registry);
  const command = program
    .command('settings')
    .description('Settings of the program itself, including the proxy and the hub token.');
  common(command.command('show'))
    .description('Shows every setting. For secrets, shows only whether they are set.')
    .action(async ({ data, json }: CommonOptions) => {
      const { settings, secrets } = await withHost(data, readSettings);
      const values = shownSettings(settings, secrets);
      if (json) terminal.out(JSON.stringify({ settings, secrets }));
      else terminal.out(table(['key', 'value', 'possible'], values));
      end(EXIT.ok);
    });
  common(command.command('set'))
    .description('Sets one setting. Secrets are typed at the terminal or read from --value-fd.')
    .argument('<key>')
    .argument('[value]')
    .option('--value-fd <number>', 'file descriptor with the value of a secret', wholeNumber(0, 1_023))
    .option('--remove', 'remove a secret')
    .action(async (key: string, value: string | undefined, { data, json, ...options }: SetOptions) => {
      const secret = Object.hasOwn(SECRET_KEYS, key) ? SECRET_KEYS[key] : undefined;
      if (secret !== undefined) {
        const given = await secretValue(key, value, { ...options, terminal });
        const secrets = await withHost(data, (host) => host.settings.setSecret({ name: secret, value: given }));
        const place = secrets[secret];
        if (json) terminal.out(JSON.stringify({ secrets }));
        else terminal.out(`${key}: ${place === null ? 'removed' : PLACES[place]}.${NODE_EFFECT}`);
      } else {
        const settings = await withHost(data, (host) => changeSetting(host, key, value));
        const { shown, effect } = keyOf(key);
        if (json) terminal.out(JSON.stringify({ settings }));
        else terminal.out(`${key}: ${shown(settings)}.${EFFECTS[SETTING_EFFECT[effect]]}`);
      }
      end(EXIT.ok);
    });
}

function addNotify({ program, terminal, end }: Registry): void {
  const notify = program.command('notify').description('Notifications by webhook, Telegram and ntfy.');
  common(notify.command('show'))
    .description('Shows each channel: whether it is on and complete, what is waiting, and how the last attempt ended.')
    .action(async ({ data, json }: CommonOptions) => {
      const states = await withHost(data, (host) => firstOf((input, options) => host.notify.watch(input, options)));
      const rows = CHANNELS.map((channel) => {
        const { kind, waiting, failure, lastSentMs } = states[channel];
        const last = failure?.message ?? (lastSentMs === null ? '-' : `sent ${new Date(lastSentMs).toISOString()}`);
        return [channel, kind, String(waiting), last];
      });
      if (json) terminal.out(JSON.stringify({ notify: states }));
      else terminal.out(table(['way', 'state', 'waiting', 'last'], rows));
      end(EXIT.ok);
    });
  common(notify.command('test'))
    .description('Sends a test message through one channel at once.')
    .addArgument(new Argument('<way>').choices(CHANNELS))
    .action(async (channel: (typeof CHANNELS)[number], { data, json }: CommonOptions) => {
      await withHost(data, (host) => host.notify.test({ channel }));
      terminal.out(json ? JSON.stringify({ tested: channel }) : 'Sent.');
      end(EXIT.ok);
    });
}

function shownSettings(settings: Settings, secrets: SecretsView): string[][] {
  const places = Object.entries(SECRET_KEYS).map(([key, name]) => {
    const place = secrets[name];
    return [key, place === null ? 'not set' : PLACES[place], 'typed, or --value-fd'];
  });
  return [...Object.entries(SETTING_KEYS).map(([key, { shown, values }]) => [key, shown(settings), values]), ...places];
}

async function readSettings(host: HostClient): Promise<{ settings: Settings; secrets: SecretsView }> {
  return { settings: await settingsOf(host), secrets: await host.settings.secrets({}) };
}

export const settingsOf = (host: HostClient): Promise<Settings> =>
  firstOf((input, options) => host.settings.watch(input, options));

function keyOf(name: string): Key {
  const key = Object.hasOwn(SETTING_KEYS, name) ? SETTING_KEYS[name] : undefined;
  if (key !== undefined) return key;
  const known = [...Object.keys(SETTING_KEYS), ...Object.keys(SECRET_KEYS)].join(', ');
  throw new HeadlessError('HEADLESS_BAD_ARGUMENT', `there is no setting "${name}"; the settings are ${known}`, { field: 'key' });
}

async function changeSetting(host: HostClient, name: string, value: string | undefined): Promise<Settings> {
  if (value === undefined) {
    throw new HeadlessError('HEADLESS_BAD_ARGUMENT', `${name} needs a value: ${keyOf(name).values}`, { field: 'value' });
  }
  return host.settings.change(settingChange(name, value, await settingsOf(host)));
}

/** Parses a value into a change of the settings. @throws HeadlessError HEADLESS_BAD_ARGUMENT, without the value */
export function settingChange(name: string, value: string, settings: Settings): SettingsChange {
  const key = keyOf(name);
  const parsed = settingsChangeSchema.safeParse(key.change(value, settings));
  if (parsed.success) return parsed.data as SettingsChange;
  // Never repeats the value: it might contain a password.
  const why = parsed.error.issues[0]?.message ?? 'invalid';
  throw new HeadlessError('HEADLESS_BAD_ARGUMENT', `${name}: ${why}; possible: ${key.values}`, { field: 'value' });
}

function parseProxy(text: string, noProxy: string): SettingsChange['proxy'] {
  if (text === 'environment') return { kind: 'environment' };
  if (text === 'off') return { kind: 'none' };
  const reading = readProxyAddress(text);
  if (reading.kind === 'address' && reading.address.password !== '') {
    const why = 'the address contains a password; give the address without it, then: crynux-node settings set proxy-password';
    throw new HeadlessError('HEADLESS_BAD_ARGUMENT', why, { field: 'value' });
  }
  return { kind: 'address', address: text, noProxy };
}

async function secretValue(
  key: string,
  value: string | undefined,
  { valueFd, remove = false, terminal }: { valueFd?: number; remove?: boolean; terminal: Terminal },
): Promise<string | null> {
  if (value !== undefined) {
    // Every user of the machine can see arguments, and the shell's history keeps them.
    const why = `${key} is a secret: leave it out and type it, or pass it with --value-fd`;
    throw new HeadlessError('HEADLESS_BAD_ARGUMENT', why, { field: 'value' });
  }
  if (remove) return null;
  return askSecret(key, { descriptor: valueFd ?? null, terminal });
}
