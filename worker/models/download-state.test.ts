import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assertDownloadMove, DOWNLOAD_STATES, type DownloadStateKind, retryAtMs } from './download-state.ts';

/** From (rows) to (columns, in the same order); x = allowed. */
const TABLE = `
queued       . x . x . x x
downloading  x . x x x x x
verifying    x x . x x x x
paused       x . . . . . x
done         x . . . . . .
failed       x . . x . . x
cancelled    x . . . . . .
`;
const ROWS = TABLE.trim()
  .split('\n')
  .map((line) => line.split(/\s+/));
const NAMES = ROWS.map(([name]) => name as DownloadStateKind);

describe('the states of a download', () => {
  it('knows every state', () => {
    expect([...NAMES].sort()).toEqual([...DOWNLOAD_STATES].sort());
  });

  for (const [from, ...cells] of ROWS) {
    cells.forEach((cell, column) => {
      const to = NAMES[column] as DownloadStateKind;
      it(`${from} → ${to}: ${cell === 'x' ? 'yes' : 'no'}`, () => {
        const move = () => assertDownloadMove(from as DownloadStateKind, to);
        if (cell === 'x') expect(move).not.toThrow();
        else expect(move).toThrow(expect.objectContaining({ code: 'MODEL_ILLEGAL_STATE', data: { from, to } }));
      });
    });
  }

  it('are never a dead end: a download can be done from every state', () => {
    fc.assert(
      fc.property(fc.constantFrom(...DOWNLOAD_STATES), (from) => {
        const reached = new Set<DownloadStateKind>([from]);
        for (const state of reached) {
          for (const to of DOWNLOAD_STATES) {
            try {
              assertDownloadMove(state, to);
              reached.add(to);
            } catch {}
          }
        }
        return reached.has('done');
      }),
    );
  });

  it('allow three attempts, the second after 30 s and the third after 60 s', () => {
    expect([1, 2, 3, 4].map((failures) => retryAtMs(failures, 1_000))).toEqual([31_000, 61_000, null, null]);
  });
});
