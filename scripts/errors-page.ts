/** The text of docs/errors.md: every coded error of every room, generated from the catalogues. */
import { CATALOGUES } from './catalogues.ts';

const HEAD = `# Errors

Every failure that crosses a border of this program has a code. This page is generated from the catalogues in the code
(\`npm run docs\`); a test checks that it is up to date.
`;

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
}

export function errorsPage(): string {
  const sections = CATALOGUES.map(({ title, catalogue }) => {
    const rows = Object.entries(catalogue)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([code, { meaning, remedy }]) => `| \`${code}\` | ${cell(meaning)} | ${cell(remedy)} |`);
    return [`## ${title}`, '', '| code | meaning | what to do |', '|---|---|---|', ...rows, ''].join('\n');
  });
  return [HEAD, ...sections].join('\n');
}
