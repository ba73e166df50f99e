/** The report for sending in: Markdown, without the user's name. */
import type { Result } from './check.ts';

export interface MachineInfo {
  readonly system: string;
  readonly release: string;
  readonly processor: string;
  readonly node: string;
  /** Null = not a git checkout. */
  readonly commit: string | null;
  /** `2026-11-29` */
  readonly date: string;
}

const SIGNS: Readonly<Record<Result['finding']['state'], string>> = { ok: 'ok', none: '–', fail: '**FAIL**' };

export function reportText(
  { about, results }: { readonly about: MachineInfo; readonly results: readonly Result[] },
  own: { readonly home: string; readonly user: string },
): string {
  const counts = (state: Result['finding']['state']) => results.filter(({ finding }) => finding.state === state).length;
  const { system, release, processor, node, commit, date } = about;
  const lines = [
    `### ${system}, ${date}`,
    '',
    `${release}; ${processor}; Node ${node}; commit ${commit ?? 'unknown'}`,
    '',
    '| | what | found |',
    '|---|---|---|',
    ...results.map(({ what, finding }) => `| ${SIGNS[finding.state]} | ${what} | ${cell(finding.detail)} |`),
    '',
    `${counts('ok')} ok, ${counts('none')} not applicable, ${counts('fail')} failed`,
  ];
  return withoutUser(lines.join('\n'), own);
}

const cell = (text: string) =>
  text
    .replaceAll('|', '\\|')
    .replace(/\s*\n\s*/g, ' ')
    .slice(0, 300);

function withoutUser(text: string, { home, user }: { readonly home: string; readonly user: string }): string {
  const without = home.length > 1 ? text.replaceAll(home, '~') : text;
  return user.length > 2 ? without.replaceAll(new RegExp(`\\b${user.replace(/[^\w]/g, '\\$&')}\\b`, 'g'), '<user>') : without;
}
