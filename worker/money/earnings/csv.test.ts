import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCnx } from '../../../protocol/money/wei.ts';
import { commitmentOf } from '../../testing/remote-task.ts';
import { legsOf, OWN_ACCOUNTS, type RecordedEntry } from '../ledger/entry.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { anyEntry, openLedger, payment } from '../testing/ledger.ts';
import { parseCsv } from '../testing/parse-csv.ts';
import { CSV_COLUMNS, type CsvRange, csvChunk } from './csv.ts';

function exported(ledger: Ledger, range: CsvRange = {}): string {
  let text = '';
  for (let after: number | null = null; ; ) {
    const chunk = csvChunk(ledger, range, after);
    text += chunk.text;
    if (chunk.after === null) return text;
    after = chunk.after;
  }
}

type Line = Readonly<Record<(typeof CSV_COLUMNS)[number], string>>;

function linesOf(text: string): Line[] {
  const [head, ...rows] = parseCsv(text);
  expect(head).toEqual([...CSV_COLUMNS]);
  return rows.map((row) => {
    expect(row).toHaveLength(CSV_COLUMNS.length);
    return Object.fromEntries(CSV_COLUMNS.map((column, at) => [column, row[at] ?? ''])) as Line;
  });
}

const unmarked = (cell: string) => (cell.startsWith("'") ? cell.slice(1) : cell);
const signedCnx = (text: string) => (text.startsWith('-') ? -parseCnx(text.slice(1)) : parseCnx(text));

it('contains time, kind, exact amounts, task and hash', () => {
  const ledger = openLedger();
  const wei = 1_234_567_890_123_456_789n;
  const atMs = Date.UTC(2026, 1, 3, 4, 5, 6, 7);
  const labels = { taskType: 'Llm', model: 'base:a,b "c"', gpu: 'NVIDIA GeForce RTX 4090+Linux' } as const;
  ledger.record([payment({ source: 'relay:0-1', wei, atMs, task: commitmentOf(1), tx: '0xab', labels })], atMs);
  expect(exported(ledger)).toBe(
    `${CSV_COLUMNS.join(',')}\r\n` +
      `2026-02-03T04:05:06.007Z,taskPayment,relay,network,1.234567890123456789,1234567890123456789,${commitmentOf(1)},0xab,` +
      'Llm,"base:a,b ""c""",NVIDIA GeForce RTX 4090+Linux,relay:0-1\r\n',
  );
});

it('lets no text start like a formula', () => {
  const ledger = openLedger();
  const evil = ['=1+1', '+1', '-1', '@SUM(A1)', '\tx', '\rx', '\nx', '＝1', "'x", '=HYPERLINK("http://x")'];
  ledger.record(
    evil.map((model, i) => payment({ source: `s${i}`, labels: { taskType: null, model, gpu: null } })),
    0,
  );
  const cells = linesOf(exported(ledger)).map(({ model }) => model);
  expect(cells.map(unmarked)).toEqual(evil);
  for (const cell of cells) expect(cell).toMatch(/^'/);
});

describe('reading it back', () => {
  it('gives the entries and the balances, for any ledger and any chunks', () => {
    const text = fc.oneof(fc.string(), fc.constantFrom('a,b', '"', '\r\n', '=x', "'", '"",'));
    const entry = fc
      .record({ entry: anyEntry, model: text, tx: fc.option(text) })
      .map(({ entry: base, model, tx }) => ({ ...base, tx, labels: { ...base.labels, model: model === '' ? null : model } }));
    fc.assert(
      fc.property(fc.uniqueArray(entry, { selector: ({ source }) => source, maxLength: 25 }), (entries) => {
        const ledger = openLedger();
        ledger.record(entries, 0);
        const lines = linesOf(exported(ledger));
        const wanted = ledger
          .page({ limit: 1_000, after: null, order: 'oldestFirst' })
          .flatMap((recorded: RecordedEntry) => legsOf(recorded).map((leg) => ({ recorded, leg })));
        expect(lines).toHaveLength(wanted.length);
        for (const [at, { recorded, leg }] of wanted.entries()) {
          const line = lines[at] ?? expect.fail();
          expect(Date.parse(line.time_utc)).toBe(recorded.atMs);
          expect([line.kind, line.account]).toEqual([recorded.kind, leg.account]);
          expect([BigInt(line.amount_wei), signedCnx(line.amount_cnx)]).toEqual([leg.wei, leg.wei]);
          expect(unmarked(line.source)).toBe(recorded.source);
          expect(unmarked(line.model)).toBe(recorded.labels.model ?? '');
          expect(unmarked(line.transaction)).toBe(recorded.tx ?? '');
        }
        for (const account of OWN_ACCOUNTS) {
          const own = lines.filter((line) => line.account === account);
          expect(own.reduce((sum, line) => sum + BigInt(line.amount_wei), 0n)).toBe(ledger.balanceWei(account));
        }
      }),
      { numRuns: 80 },
    );
  });

  it('works chunk by chunk, and only for the requested period', () => {
    const ledger = openLedger();
    ledger.record(
      Array.from({ length: 2_500 }, (_, i) => payment({ source: `s${i}`, wei: BigInt(i), atMs: i })),
      0,
    );
    expect(linesOf(exported(ledger))).toHaveLength(2_500);
    expect(linesOf(exported(ledger, { fromMs: 100, toMs: 1_100 }))).toHaveLength(1_000);
    expect(linesOf(exported(ledger, { fromMs: 9_999 }))).toEqual([]);
  });
});
