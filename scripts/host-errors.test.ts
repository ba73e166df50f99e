/** Every error that a host can see in the window, in both languages. */
import { describe, expect, it } from 'vitest';
import { formatCnx } from '../protocol/money/wei.ts';
import { type ErrorLocale, englishCatalogue, hostText } from '../renderer/errors/host-text.ts';
import { plainCatalogue } from '../renderer/i18n/en/error-catalogue.ts';
import { errors as english } from '../renderer/i18n/en/errors.ts';
import { catalogue as chinese } from '../renderer/i18n/zh-cn/catalogue/index.ts';
import { errors as chineseTexts } from '../renderer/i18n/zh-cn/errors.ts';
import { SHOWN_CATALOGUES } from './catalogues.ts';

const entries = Object.assign({}, ...SHOWN_CATALOGUES.map(({ catalogue }) => catalogue)) as Parameters<
  typeof englishCatalogue
>[0];
const codes = Object.keys(entries);

const common = { amount: formatCnx, date: (ms: number) => new Date(ms).toISOString().slice(0, 10) };
const LANGUAGES: Readonly<Record<string, ErrorLocale>> = {
  en: { ...common, texts: english, catalogue: englishCatalogue(entries) },
  'zh-CN': { ...common, texts: chineseTexts, catalogue: chinese },
};

const FACTS = {
  ...{ phase: 'dns', side: 'here', answeredBy: 'portal', missingWei: '1500000000000000000', minimumWei: '400', mostWei: '7' },
  ...{ balanceWei: '5', availableAtSeconds: 1_800_000_000, source: 'HTTPS_PROXY', expected: 'J26', httpStatus: 502 },
};
/** Names with this spelling. */
const NAMES = /\b(?:macOS|infoROM|catalogue\.json|models\.sqlite|crynux_worker_process|GiB|MiB)\b/g;

function said(code: string, words: ErrorLocale, data: Record<string, unknown>): string {
  const { meaning, cause, remedy, safe } = hostText({ code, message: 'GET /v1/now: ECONNREFUSED', data }, words);
  return [meaning, cause, remedy, safe].filter((part) => part !== null).join(' ');
}

describe.each(Object.entries(LANGUAGES))('in %s', (language, words) => {
  it('every code has its meaning and its remedy', () => {
    expect(codes.length).toBeGreaterThan(200);
    expect(codes.filter((code) => !Object.hasOwn(words.catalogue, code))).toEqual([]);
    // No entry may be left from a removed code.
    expect(Object.keys(words.catalogue).filter((code) => !codes.includes(code))).toEqual([]);
  });

  it('contains no placeholder, field name or code, whatever the facts', () => {
    const bad = codes.flatMap((code) =>
      [{}, FACTS].flatMap((data) => {
        const text = said(code, words, data).replaceAll(NAMES, '');
        const left = /[`{}]|\b[a-z]+[A-Z]\w*|\b[A-Z]{2,}_[A-Z_]+\b/.exec(text);
        return left === null ? [] : [`${code}: ${left[0]}`];
      }),
    );
    expect(bad).toEqual([]);
  });

  it('says nothing in the other language', () => {
    if (language === 'en') return expect(codes.filter((code) => /[\u4e00-\u9fff]/.test(said(code, words, FACTS)))).toEqual([]);
    const parts = codes.flatMap((code) => {
      const { meaning, remedy } = hostText({ code, message: '', data: {} }, words);
      return [meaning ?? '', remedy ?? ''].map((text) => ({ code, text }));
    });
    expect(parts.filter(({ text }) => !/[\u4e00-\u9fff]/.test(text)).map(({ code }) => code)).toEqual([]);
    // Names of programs and commands stay; sentences do not.
    const sentences = parts.filter(({ text }) => /(?:\b[a-z]{2,} ){4}/i.test(text)).map(({ code }) => code);
    expect(sentences).toEqual([]);
  });
});

describe('an error for a host', () => {
  const words = LANGUAGES.en ?? expect.fail('no English');
  const of = (code: string, data: Record<string, unknown> = {}, message = 'raw') => hostText({ code, message, data }, words);

  it('says where a connection failed, at which end, and what is safe in the meantime', () => {
    expect(of('RELAY_UNREACHABLE', { phase: 'connect', side: 'there' })).toEqual({
      meaning: 'The relay does not answer.',
      cause: 'The connection was not accepted. The fault is at the other end.',
      remedy: expect.stringContaining('Check the network connection'),
      safe: expect.stringContaining('Nothing stored is lost'),
      quote: null,
    });
    expect(of('RELAY_UNREACHABLE', { phase: 'gateway', answeredBy: 'portal', side: 'here' }).cause).toContain('login');
  });

  it('has the amounts of its case, in CNX', () => {
    expect(of('CHAIN_INSUFFICIENT_FUNDS', { missingWei: '1500000000000000000' }).meaning).toMatch(
      /Nothing was sent\. Missing: 1\.5 CNX\.$/,
    );
    expect(of('CHAIN_FORCE_UNSTAKE_EARLY', { availableAtSeconds: 1_800_000_000 }).meaning).toContain('Possible from 2027-01-15.');
  });

  it('quotes the reason given by others, and never hides an unknown one', () => {
    expect(of('RELAY_REFUSED', { reason: 'stake too low' }).quote).toBe('stake too low');
    expect(of('NODE_JOIN_FAILED', {}, 'version too old').quote).toBe('version too old');
    expect(of('RELAY_UNREACHABLE').quote).toBeNull();
    expect(of('SOMETHING_NEW')).toEqual({ meaning: null, cause: null, remedy: null, safe: null, quote: 'raw' });
    expect(of('WORKER_FATAL', { reason: 'STORE_FULL' }).meaning).toContain('is full');
  });

  it('has no plain text for a removed code', () => {
    expect(Object.keys(plainCatalogue).filter((code) => !codes.includes(code))).toEqual([]);
  });
});
