import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fileOf, isOwnPage, isOwnUrl } from './page.ts';

const folder = path.resolve('/somewhere/out/renderer');

describe('the page', () => {
  it('is recognised by its exact address, with any fragment', () => {
    expect(isOwnPage('crynux://app/index.html')).toBe(true);
    expect(isOwnPage('crynux://app/index.html#/tasks?state=EndSuccess')).toBe(true);
    for (const url of [
      'crynux://app/other.html',
      'crynux://app/index.html?x=1',
      'crynux://evil/index.html',
      'https://app/index.html',
      'file:///index.html',
      'about:blank',
      '',
      'not a URL',
    ]) {
      expect(isOwnPage(url), url).toBe(false);
    }
  });

  it('loads nothing from elsewhere', () => {
    expect(isOwnUrl('crynux://app/assets/main.js')).toBe(true);
    for (const url of [
      'https://example.org/',
      'http://127.0.0.1:9/',
      'file:///etc/passwd',
      'ws://app/',
      'crynux://app.evil/x',
      'x',
    ])
      expect(isOwnUrl(url), url).toBe(false);
  });
});

describe('the file behind an address', () => {
  it('is inside the folder', () => {
    expect(fileOf('crynux://app/assets/main.js', folder)).toBe(path.join(folder, 'assets', 'main.js'));
    expect(fileOf('crynux://app/a%20b.js', folder)).toBe(path.join(folder, 'a b.js'));
    for (const url of ['crynux://app/', 'crynux://app/%00', 'crynux://app/%5c..%5cx', 'crynux://app/%', 'https://app/index.html'])
      expect(fileOf(url, folder), url).toBeNull();
  });

  it('is never outside it, whatever the address says', () => {
    const piece = fc.oneof(fc.constantFrom('..', '.', '%2e%2e', '%2f', '%5c', '//', 'index.html', '%2E%2E%2F'), fc.string());
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const file = fileOf(`crynux://app/${pieces.join('/')}`, folder);
        expect(file === null || file.startsWith(folder + path.sep)).toBe(true);
      }),
    );
  });
});
