/** The notices of third parties: who wrote what is in a package, and the text that it is licensed under. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Component } from './components.ts';

const TEXT = /^(?:licen[cs]e|copying|notice)/i;

/** Of the files of a package; the same text is printed once, below all that bear it. */
export function noticesOf(components: readonly Component[], root: string): string {
  const byText = new Map<string, Component[]>();
  for (const component of components) {
    const text =
      licenceText(path.join(root, component.place)) ??
      `Licence: ${component.license ?? 'not said'}. Its package brings no text of it.`;
    byText.set(text, [...(byText.get(text) ?? []), component]);
  }
  const parts = [...byText].map(([text, owners]) => {
    const names = owners.map(({ name, version, license }) => `${name} ${version}${license === null ? '' : ` (${license})`}`);
    return `${'='.repeat(80)}\n${names.join('\n')}\n${'-'.repeat(80)}\n${text}\n`;
  });
  return `${HEAD}\n${parts.join('\n')}`;
}

const HEAD = `Crynux Node Desktop contains software of others, listed here with what it is licensed under. Electron's own
parts, Chromium among them, are in LICENSES.chromium.html beside the program. sbom.cdx.json lists the same with checksums.
`;

/** null: the package brings none. Node's binary comes in a package inside the one that the lock file names. */
function licenceText(folder: string): string | null {
  if (!existsSync(folder)) return null;
  const inner = path.join(folder, 'node_modules');
  const folders = [
    folder,
    ...(existsSync(inner)
      ? readdirSync(inner)
          .filter((name) => name.startsWith('node-'))
          .map((name) => path.join(inner, name))
      : []),
  ];
  const texts = folders.flatMap((place) =>
    readdirSync(place, { withFileTypes: true })
      .filter((entry) => entry.isFile() && TEXT.test(entry.name))
      .map((entry) => readFileSync(path.join(place, entry.name), 'utf8').replaceAll('\r\n', '\n').trim()),
  );
  return texts.length === 0 ? null : texts.join('\n\n');
}
