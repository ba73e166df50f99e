/** Third-party notices: whose software is in a package, and the text of its licence. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Component } from './components.ts';

const TEXT = /^(?:licen[cs]e|copying|notice)/i;

/** Licence texts in a package; identical texts are printed once, below all components that have them. */
export function noticesOf(components: readonly Component[], root: string): string {
  const byText = new Map<string, Component[]>();
  for (const component of components) {
    const text =
      licenceText(path.join(root, component.place)) ??
      `Licence: ${component.license ?? 'not stated'}. Its package contains no text of it.`;
    byText.set(text, [...(byText.get(text) ?? []), component]);
  }
  const parts = [...byText].map(([text, owners]) => {
    const names = owners.map(({ name, version, license }) => `${name} ${version}${license === null ? '' : ` (${license})`}`);
    return `${'='.repeat(80)}\n${names.join('\n')}\n${'-'.repeat(80)}\n${text}\n`;
  });
  return `${HEAD}\n${parts.join('\n')}`;
}

const HEAD = `Crynux Node Desktop contains third-party software, listed here with its licences. Electron's own
parts, including Chromium, are in LICENSES.chromium.html next to the program. sbom.cdx.json lists the same with checksums.
`;

/** Null = the package contains none. Node's binary comes in a package inside the one in the lock file. */
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
