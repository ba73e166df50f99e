import { mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, expect, it, onTestFinished } from 'vitest';
import { promptPassphrase, readPassphrase } from './passphrase.ts';

function terminal() {
  const modes: boolean[] = [];
  const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: (raw: boolean) => modes.push(raw) });
  let shown = '';
  const write = (text: string) => {
    shown += text;
  };
  return { input, modes, write, shown: () => shown };
}

describe('a passphrase at a terminal', () => {
  it('is taken without being shown, corrections and all', async () => {
    const { input, modes, write, shown } = terminal();
    const asked = promptPassphrase({ question: 'Passphrase: ', terminal: input, write });
    for (const piece of ['secrex', '\u007f', 't wörds', '\r']) input.write(piece);
    expect(await asked).toBe('secret wörds');
    expect(shown()).toBe('Passphrase: \n');
    expect(modes).toEqual([true, false]);
  });

  it.each([
    ['\u0003', 'KEY_PROMPT_CANCELLED'],
    ['\r', 'KEY_PASSPHRASE_NEEDED'],
  ])('ends with %j as %s, and the terminal is as before', async (key, code) => {
    const { input, modes, write } = terminal();
    const asked = promptPassphrase({ question: '?', terminal: input, write });
    input.write(key);
    await expect(asked).rejects.toMatchObject({ code });
    expect(modes).toEqual([true, false]);
  });

  it('is not asked for where there is none', async () => {
    const asked = promptPassphrase({ question: '?', terminal: new PassThrough(), write: () => {} });
    await expect(asked).rejects.toMatchObject({ code: 'KEY_NO_TERMINAL' });
  });
});

describe('a passphrase from a file descriptor', () => {
  const descriptorOf = (text: string) => {
    const folder = mkdtempSync(path.join(tmpdir(), 'passphrase-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    writeFileSync(path.join(folder, 'p'), text);
    return openSync(path.join(folder, 'p'), 'r');
  };

  it.each(['with blanks \nsecond line\n', 'with blanks '])('is its first line: %j', async (text) => {
    expect(await readPassphrase({ descriptor: descriptorOf(text) })).toBe('with blanks ');
  });

  it('is refused when there is none', async () => {
    const refused = expect.objectContaining({ code: 'KEY_PASSPHRASE_NEEDED' });
    await expect(readPassphrase({ descriptor: descriptorOf('') })).rejects.toEqual(refused);
    await expect(readPassphrase({ descriptor: 9_999 })).rejects.toEqual(refused);
  });
});
