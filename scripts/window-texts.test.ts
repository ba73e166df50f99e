import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { en } from '../renderer/i18n/en/index.ts';
import { languageOf } from '../renderer/i18n/i18n.ts';
import { zhCn } from '../renderer/i18n/zh-cn/index.ts';

const renderer = path.resolve(import.meta.dirname, '..', 'renderer');

/** `namespace:key.key` → text. */
function flat(texts: object, prefix = ''): Map<string, string> {
  const found = new Map<string, string>();
  for (const [key, value] of Object.entries(texts)) {
    const name = prefix === '' ? key : `${prefix}${prefix.includes(':') ? '.' : ':'}${key}`;
    if (typeof value === 'string') found.set(name, value);
    else for (const [inner, text] of flat(value, name)) found.set(inner, text);
  }
  return found;
}

const english = flat(en);
const chinese = flat(zhCn);
const placeholders = (text: string) => [...text.matchAll(/\{\{\s*(\w+)/g)].map(([, name]) => name).toSorted();

/** Source files of the window, without tests and made-up hosts. */
function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === 'testing' || entry.name === 'i18n' ? [] : sources(file);
    return /\.tsx?$/.test(entry.name) && !entry.name.includes('.test.') ? [file] : [];
  });
}

/** Keys that a file uses; for a key that is made at run time, the known prefix. */
function asked(source: string): { namespaces: string[]; keys: string[]; starts: string[] } {
  const hooks = [...source.matchAll(/useTranslation\(\[?([^)\]]*)\]?\)/g)].map(([, names]) => names ?? '');
  const namespaces = hooks.flatMap((names) =>
    names.trim() === '' ? ['common'] : [...names.matchAll(/'(\w+)'/g)].map(([, n]) => n ?? ''),
  );
  const keys = [...source.matchAll(/\bt\(\s*'([\w:.]+)'/g)].map(([, key]) => key ?? '');
  const starts = [...source.matchAll(/\bt\(\s*`([\w:.]+)\.\$\{/g)].map(([, key]) => key ?? '');
  return { namespaces: [...new Set([...namespaces, 'common'])], keys, starts };
}

describe('the texts', () => {
  it('have the same keys and the same placeholders in both languages', () => {
    expect([...chinese.keys()].toSorted()).toEqual([...english.keys()].toSorted());
    // English may spell out a one; Chinese has no singular and never shows that text.
    const different = [...english].filter(
      ([key, text]) => !key.endsWith('_one') && placeholders(text).join() !== placeholders(chinese.get(key) ?? '').join(),
    );
    expect(different.map(([key]) => key)).toEqual([]);
  });

  it('contain every key that the window uses', () => {
    const has = (name: string) => english.has(name) || english.has(`${name}_other`);
    const begins = (name: string) => [...english.keys()].some((key) => key.startsWith(`${name}.`));
    const missing: string[] = [];
    let count = 0;
    for (const file of sources(renderer)) {
      const { namespaces, keys, starts } = asked(readFileSync(file, 'utf8'));
      const anywhere = (key: string, known: (name: string) => boolean) =>
        key.includes(':') ? known(key) : namespaces.some((namespace) => known(`${namespace}:${key}`));
      const lost = [...keys.filter((key) => !anywhere(key, has)), ...starts.filter((key) => !anywhere(key, begins))];
      missing.push(...lost.map((key) => `${path.relative(renderer, file)}: ${key}`));
      count += keys.length;
    }
    expect(missing).toEqual([]);
    expect(count).toBeGreaterThan(200);
  });

  it("are chosen by the desktop's first language that is supported", () => {
    expect(languageOf(['de-DE', 'zh-TW', 'en'])).toBe('zh-CN');
    expect(languageOf(['en-GB', 'zh-CN'])).toBe('en');
    expect(languageOf(['zh-cn'])).toBe('zh-CN');
    expect(languageOf(['fr'])).toBe('en');
  });
});
