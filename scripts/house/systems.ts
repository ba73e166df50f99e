/**
 * Only `platform/` asks which system this is: differences between systems are rules there, tested for all three. Other
 * code that asks for itself would only be right on the system it was written on.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { isTest, readSources } from './imports.ts';

/** The rooms that are shipped. */
const ROOMS = ['protocol', 'contract', 'worker', 'host', 'devnet', 'headless', 'electron', 'renderer', 'demo'] as const;

const PATTERN =
  /process\s*\.\s*(?:platform|arch|getuid|geteuid)\b|\bos\s*\.\s*(?:platform|arch|type)\s*\(|['"`](?:win32|darwin)['"`]|\b(?:LOCAL)?APPDATA\b|\bXDG_(?:CONFIG|STATE|CACHE)_HOME\b|Application Support|\/proc\/|\b(?:taskkill|powershell|rundll32|launchctl|osascript)\b|\.exe['"`]|path\s*\.\s*(?:win32|posix)\b|SIGUSR1/g;

const EXCEPTIONS: Readonly<Record<string, string>> = {
  'worker/engines/official/layout.ts': "contents of the official node's installations on each system, not which system this is",
};

export interface SystemCheck {
  readonly file: string;
  readonly line: number;
  readonly word: string;
}

export function systemChecks(root: string): SystemCheck[] {
  return readSources(root, ROOMS)
    .filter(({ path: file }) => !isTest(file) && !(file in EXCEPTIONS))
    .flatMap(({ path: file }) => systemChecksIn(file, readFileSync(path.join(root, file), 'utf8')));
}

export function systemChecksIn(file: string, text: string): SystemCheck[] {
  return text.split('\n').flatMap((line, index) => {
    if (/^\s*(?:\*|\/\/|\/\*)/.test(line)) return [];
    return [...line.matchAll(PATTERN)].map(([word]) => ({ file, line: index + 1, word }));
  });
}
