/** A program that prints what a test says, in place of nvidia-smi; POSIX only. */
import { chmodSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface FakeNvidiaSmi {
  readonly command: string;
  /** Replaces the text atomically: a reader sees either the old or the new one. */
  setCards(xml: string): void;
}

export function fakeNvidiaSmi(folder: string, xml: string): FakeNvidiaSmi {
  const [file, command] = [join(folder, 'cards.xml'), join(folder, 'nvidia-smi')];
  const setCards = (text: string) => {
    writeFileSync(`${file}.new`, text);
    renameSync(`${file}.new`, file);
  };
  setCards(xml);
  writeFileSync(command, `#!/bin/sh\nexec cat '${file}'\n`);
  chmodSync(command, 0o755);
  return { command, setCards };
}
