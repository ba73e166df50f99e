/** What a package holds, as the tables of docs/release.md. */
import type { Inspection } from './inspect.ts';

const mb = (bytes: number) => (bytes / 1_000_000).toFixed(1);

export function tables({ rows, fuses, binaries }: Inspection): string {
  const sum = (of: 'files' | 'bytes') => rows.reduce((total, row) => total + row[of], 0);
  return [
    '| what | files | MB |',
    '|---|---:|---:|',
    ...rows.map(({ title, files, bytes }) => `| ${title} | ${files} | ${mb(bytes)} |`),
    `| **together** | ${sum('files')} | ${mb(sum('bytes'))} |`,
    '',
    `${binaries} files hold machine code, all of it for this system and architecture.`,
    '',
    '| fuse | read back |',
    '|---|---|',
    ...Object.entries(fuses).map(([name, on]) => `| ${name} | ${on ? 'on' : 'off'} |`),
  ].join('\n');
}
