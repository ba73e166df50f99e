import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { decodeText } from '../protocol/decode-text.ts';
import { readTextFile } from './text-file.ts';

const TEXT = '{"name":"Müller & 显卡 🙂"}\r\n';
const swapped = (text: string) => Buffer.from(text, 'utf16le').swap16();

describe('text of a file that a host may have edited', () => {
  it.each([
    ['plain UTF-8', Buffer.from(TEXT)],
    ['UTF-8 with a byte order mark', Buffer.from(`\ufeff${TEXT}`)],
    ['UTF-16 LE with a byte order mark', Buffer.from(`\ufeff${TEXT}`, 'utf16le')],
    ['UTF-16 BE with a byte order mark', swapped(`\ufeff${TEXT}`)],
    ['UTF-16 LE without one', Buffer.from(TEXT, 'utf16le')],
    ['UTF-16 BE without one', swapped(TEXT)],
  ])('%s', (_what, bytes) => {
    expect(decodeText(bytes)).toBe(TEXT);
  });

  it('of no bytes or one byte is returned as it is', () => {
    expect(decodeText(new Uint8Array())).toBe('');
    expect(decodeText(Buffer.from('x'))).toBe('x');
  });

  it('in another encoding is refused rather than misread', () => {
    expect(() => decodeText(Buffer.from('{"name":"M\xfcller"}', 'latin1'))).toThrow(TypeError);
  });

  it('is read from the file', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'text-file-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = path.join(folder, 'a.json');
    writeFileSync(file, `\ufeff${TEXT}`, 'utf16le');
    expect(JSON.parse(readTextFile(file))).toEqual({ name: 'Müller & 显卡 🙂' });
  });
});
