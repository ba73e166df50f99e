import { mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, expect, it, onTestFinished } from 'vitest';
import { promptPassphrase, readPassphrase, readSecretText } from './passphrase.ts';

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
  it('is read without being shown, with corrections', async () => {
    const { input, modes, write, shown } = terminal();
    const asked = promptPassphrase({ question: 'Passphrase: ', terminal: input, write });
    for (const piece of ['secrex', '\u007f', 't wörds', '\r']) input.write(piece);
    expect(await asked).toBe('secret wörds');
    expect(shown()).toBe('Passphrase: \n');
    expect(modes).toEqual([true, false]);
  });

  it.each([
    ['\u0003', 'KEY_PROMPT_CANCELLED'],
    ['\u0004', 'KEY_PROMPT_CANCELLED'],
    ['half\u0004', 'KEY_PROMPT_CANCELLED'],
    ['\r', 'KEY_PASSPHRASE_NEEDED'],
  ])('ends with %j as %s, and restores the terminal', async (key, code) => {
    const { input, modes, write } = terminal();
    const asked = promptPassphrase({ question: '?', terminal: input, write });
    input.write(key);
    await expect(asked).rejects.toMatchObject({ code });
    expect(modes).toEqual([true, false]);
  });

  it('may be empty for a foreign file', async () => {
    const { input, write } = terminal();
    const asked = promptPassphrase({ question: '?', terminal: input, write, mayBeEmpty: true });
    input.write('\r');
    expect(await asked).toBe('');
  });

  it('is not requested without a terminal', async () => {
    const asked = promptPassphrase({ question: '?', terminal: new PassThrough(), write: () => {} });
    await expect(asked).rejects.toMatchObject({ code: 'KEY_NO_TERMINAL' });
  });
});

describe('a passphrase from a file descriptor', () => {
  const descriptorOf = (text: string | Buffer) => {
    const folder = mkdtempSync(path.join(tmpdir(), 'passphrase-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    writeFileSync(path.join(folder, 'p'), text);
    return openSync(path.join(folder, 'p'), 'r');
  };

  it.each(['with blanks \nsecond line\n', 'with blanks '])('is its first line: %j', async (text) => {
    expect(await readPassphrase({ descriptor: descriptorOf(text) })).toBe('with blanks ');
  });

  const LINE = 'pässword of Ünïcode';
  it.each([
    ['Notepad: a byte order mark', Buffer.from(`\ufeff${LINE}\r\n`)],
    ['PowerShell: UTF-16', Buffer.from(`\ufeff${LINE}\r\nmore\r\n`, 'utf16le')],
    ['UTF-16, most significant byte first', Buffer.from(`\ufeff${LINE}\n`, 'utf16le').swap16()],
  ])('is its first line, as written by %s', async (_what, bytes) => {
    expect(await readPassphrase({ descriptor: descriptorOf(bytes) })).toBe(LINE);
  });

  it.each(['', '\n', '\r\n', '\nsecond line'])('may be empty for a foreign file: %j', async (text) => {
    expect(await readPassphrase({ descriptor: descriptorOf(text), mayBeEmpty: true })).toBe('');
    const refused = readPassphrase({ descriptor: descriptorOf(text) });
    await expect(refused).rejects.toMatchObject({ code: 'KEY_PASSPHRASE_NEEDED' });
  });

  it('that is not text is refused', async () => {
    const refused = readPassphrase({ descriptor: descriptorOf(Buffer.from([0x70, 0xfc, 0x77, 0x0a])), mayBeEmpty: true });
    await expect(refused).rejects.toMatchObject({ code: 'KEY_PASSPHRASE_NEEDED' });
  });

  it('is read up to the end of its line, and words up to the end of the text', async () => {
    const [words, line] = await Promise.all([
      readSecretText({ descriptor: descriptorOf('legal winner\nthank\tyear\n') }),
      readPassphrase({ descriptor: descriptorOf('legal winner\nthank\tyear\n') }),
    ]);
    expect([words, line]).toEqual(['legal winner\nthank\tyear\n', 'legal winner']);
    await expect(readSecretText({ descriptor: descriptorOf(' \n ') })).rejects.toMatchObject({ code: 'KEY_PASSPHRASE_NEEDED' });
  });

  it('is refused if empty or unreadable', async () => {
    const refused = expect.objectContaining({ code: 'KEY_PASSPHRASE_NEEDED' });
    await expect(readPassphrase({ descriptor: descriptorOf('') })).rejects.toEqual(refused);
    await expect(readPassphrase({ descriptor: 9_999 })).rejects.toEqual(refused);
  });
});
