import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { SHELL_TEXTS } from '../electron/texts.ts';
import { englishCatalogue } from '../renderer/errors/host-text.ts';
import { en } from '../renderer/i18n/en/index.ts';
import { catalogue } from '../renderer/i18n/zh-cn/catalogue/index.ts';
import { zhCn } from '../renderer/i18n/zh-cn/index.ts';
import { logMessages } from '../renderer/i18n/zh-cn/log-messages.ts';
import { durationText } from '../renderer/ui/duration.ts';
import { CATALOGUES } from './catalogues.ts';

const root = path.resolve(import.meta.dirname, '..');

function textsOf(texts: object): [string, string][] {
  return Object.entries(texts).flatMap(([key, value]): [string, string][] =>
    typeof value === 'string' ? [[key, value]] : textsOf(value as object).map(([inner, text]) => [`${key}.${inner}`, text]),
  );
}

function sources(folder: string, ending: RegExp): string[] {
  return readdirSync(path.join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === 'testing' ? [] : sources(file, ending);
    return ending.test(entry.name) && !entry.name.includes('.test.') ? [file] : [];
  });
}

/** As shown in the window. */
const errors = englishCatalogue(Object.assign({}, ...CATALOGUES.map(({ catalogue: entries }) => entries)));
const english = [...textsOf(en), ...textsOf(errors), ...textsOf(SHELL_TEXTS.en)];
const chinese = [...textsOf(zhCn), ...textsOf(catalogue), ...textsOf(logMessages), ...textsOf(SHELL_TEXTS['zh-CN'])];

/** The left column of the review's table of words: none of them may be shown to a host again. */
const FORMER = [
  ...['the nodes run on by themselves', 'the message carries the reason', 'Nothing needs you', 'it will stand here'],
  ...['Should something cost money', 'Nothing is held against', 'not told', 'by nobody', 'for ever', 'can not'],
  ...['then does not get the money', 'Who does will stand here', 'Amount that shall arrive', 'Left on this UTC day'],
  ...['tells no estimate', 'Look through the folder', 'Found by “Look”', 'answered by its process', 'The node is free. It is.'],
  ...['1 nodes', 'The node crashes', 'whoever supervises', 'did not pass', 'installed when you say so', 'This is no JSON'],
  ...['This way of running the program has no notifications', 'of the group table', 'let this node take tasks'],
  ...['told by the relay', 'Group refund', 'Whose fault'],
];

/** Their replacements. */
const PRESENT: readonly (readonly [string, string])[] = [
  ['connection.lost', 'this window can’t tell whether your nodes are running'],
  ['attention.none', 'All good'],
  ['attention.noneHint', 'Risks to money or safety appear here, worst first'],
  ['lead.calm', 'No incidents'],
  ['status.unknown', 'Unknown'],
  ['benefit.warning', 'This cannot be undone.'],
  ['benefit.confirm', 'permanently'],
  ['benefit.why', 'so a break-in can’t reach your funds'],
  ['delegation.none', 'Delegators appear here'],
  ['withdraw.amount', 'Amount to receive'],
  ['withdraw.leftToday', 'Withdrawals left today (UTC)'],
  ['estimate.none', 'No emission estimate on this network'],
  ['models.scan', 'Rescan folder'],
  ['node.notRunningHint', 'Start the node to see this'],
  ['codes.available.available', 'Idle'],
  ['attention.backoff.title', 'The node keeps crashing'],
  ['attention.check.title', 'Pre-start check failed'],
  ['attention.update.text', 'Install when you’re ready'],
  ['networks.badJson', 'Not valid JSON'],
  ['notifications.unsupported', 'Desktop notifications need the desktop app'],
  ['state.yes', 'Ready for tasks'],
  ['source.relay', 'from relay'],
  ['taskStatus.EndGroupRefund', 'Agreed, share paid'],
  ['sections.fault', 'Cause'],
  ['group.rows.outvoted', 'Two agreed; yours differed'],
];

describe('English', () => {
  it.each(FORMER)('no longer says “%s”', (former) => {
    expect(
      english.filter(([, text]) => new RegExp(`\\b${former.replaceAll('.', '\\.')}(?!y)`).test(text)).map(([key]) => key),
    ).toEqual([]);
  });

  it.each(PRESENT)('%s says “%s”', (key, text) => {
    expect(english.filter(([name]) => name.endsWith(key)).some(([, said]) => said.includes(text))).toBe(true);
  });

  it('has a singular form wherever a number precedes its noun', () => {
    const counted = english.filter(([key, text]) => /\{\{count(, number)?\}\} [a-z]/.test(text) && !/_(one|other)$/.test(key));
    // “3 chosen”, “and 3 more”: no noun, no form.
    expect(counted.map(([key]) => key)).toEqual(['tasks.moreModels', 'tasks.filter.some']);
    const keys = new Set(english.map(([key]) => key));
    const alone = [...keys].filter((key) => key.endsWith('_one') && !keys.has(key.replace(/_one$/, '_other')));
    expect(alone).toEqual([]);
  });

  it('formats large numbers for the reader’s locale', () => {
    const all = [...english, ...chinese];
    expect(all.filter(([, text]) => /\{\{count\}\}/.test(text)).map(([key]) => key)).toEqual([]);
  });
});

/** Names, units, file extensions, and what is typed in a terminal: the same in every language. */
const NAMES = new Set(
  `Crynux Node Desktop CNX UTC GiB SHA CSV JSON NVIDIA Mac macOS Linux NTP RPC MIG UUID VPN Wi-Fi GNOME Keyring KWallet EIP BLS
  Python ONNX Jetson GPU infoROM Keystore keystore Esc gas Gas zip wal shm journal http https socks diffusers float json sqlite catalogue
  env venv base lora controlnet owner name variant qwen host port worker process models libsecret nvidia-smi nvidia-persistenced
  SSH Shift Ctrl cxa Windows Apple Programs dmg Webhook Telegram ntfy Discord Slack Mattermost Home Assistant BotFather ABC title network relayUrl acceptedEngines samplingModulus minStakeWei chain devnet engine Ubuntu deb AppImage CNY npm PNG Delete API Pod Kubernetes Lease CUDA Vulkan`.split(
    /\s+/,
  ),
);
const COMMANDS =
  /crynux-node [a-z]+( [a-z]+)*( [A-Z]+)*( --[a-z-]+( [A-Z]+)?)*|--[a-z-]+|sudo nvidia-smi -pm 1|geth wallet import|chmod \S+|\bmig\b|crynux_worker_process|Start a node/g;
/** Of files, programs and images of others. */
const PATHS =
  /\bhttps?:\/\/\S*|(?:[A-Za-z]:|~)?[\\/][\w.\\/%-]+|[\w-]+(?:\.[\w-]+)*\/[\w./:-]+|\S+\.(?:dmg|exe|app|zip)\b|\.(?:dmg|app|exe|zip)\b/g;

describe('Chinese', () => {
  it('has no English left in it', () => {
    const left = chinese.flatMap(([key, text]) => {
      const bare = text
        .replace(/\{\{[^}]*\}\}/g, '')
        .replace(COMMANDS, '')
        .replace(PATHS, '');
      const words = [...bare.matchAll(/[A-Za-z][A-Za-z-]*[A-Za-z]{2}/g)].map(([word]) => word);
      return words.filter((word) => !NAMES.has(word) && !NAMES.has(word.replace(/-.*$/, ''))).map((word) => `${key}: ${word}`);
    });
    expect(left).toEqual([]);
  });

  it('has its own units of time', () => {
    expect([durationText(4_200, 'zh-CN'), durationText(200_000, 'zh-CN'), durationText(3_900_000, 'zh-CN')]).toEqual([
      ...['4.2 秒', '3 分 20 秒', '1 小时 05 分'],
    ]);
    expect([durationText(4_200, 'en'), durationText(200_000, 'en')]).toEqual(['4.2 s', '3 min 20 s']);
  });
});

it('no component has texts of its own: all are in the catalogues of texts', () => {
  const found = sources('renderer', /\.tsx$/).flatMap((file) => {
    const source = readFileSync(path.join(root, file), 'utf8');
    const inline = [...source.matchAll(/>\s*([A-Z][a-z]+ [^<>{}=;()]*[a-z])\s*<\//g)].map(([, text]) => text ?? '');
    const attributes = [...source.matchAll(/\b(?:title|label|placeholder|alt|hint|aria-label)="([^"]*[a-z]{3}[^"]*)"/g)];
    return [...inline, ...attributes.map(([, text]) => text ?? '')].map((text) => `${file}: ${text}`);
  });
  expect(found).toEqual([]);
});
