/** The contents of a package, as the tables of docs/release.md. */
import type { Inspection } from './inspect.ts';
import type { Target } from './target.ts';

const BEGIN = '<!-- made by npm run package:check -- --write -->';
const END = '<!-- end of the generated tables -->';

/** @throws Error for a document without the place */
export function replaceTables(document: string, made: string): string {
  const [before, rest] = splitAt(document, BEGIN);
  const [, after] = splitAt(rest, END);
  return `${before}${BEGIN}\n${made}\n${END}${after}`;
}

function splitAt(text: string, mark: string): readonly [string, string] {
  const at = text.indexOf(mark);
  if (at < 0) throw new Error(`the document has no line "${mark}"`);
  return [text.slice(0, at), text.slice(at + mark.length)];
}

/** When and for which system the tables were made. */
export function heading({ platform, arch }: Target, date: string): string {
  return `Made on ${date} for ${platform} ${arch}, around a stand-in whose own files are empty: Electron's are not counted.`;
}

const mb = (bytes: number) => (bytes / 1_000_000).toFixed(1);

export function tables({ rows, fuses, binaries }: Inspection): string {
  const sum = (of: 'files' | 'bytes') => rows.reduce((total, row) => total + row[of], 0);
  return [
    '| what | files | MB |',
    '|---|---:|---:|',
    ...rows.map(({ title, files, bytes }) => `| ${title} | ${files} | ${mb(bytes)} |`),
    `| **together** | ${sum('files')} | ${mb(sum('bytes'))} |`,
    '',
    `${binaries} files contain machine code, all of it for this system and architecture.`,
    '',
    '| fuse | read back |',
    '|---|---|',
    ...Object.entries(fuses).map(([name, on]) => `| ${name} | ${on ? 'on' : 'off'} |`),
  ].join('\n');
}
