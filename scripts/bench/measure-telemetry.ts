/** What a month of readings costs: one more reading, and the chart of one card over the whole month. */
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { GPU_FILE, openGpuDatabase } from '../../worker/gpu/gpu-database.ts';
import { RESOLUTIONS, TelemetryStore } from '../../worker/gpu/telemetry-store.ts';
import { type Figures, median } from './figures.ts';
import { START_MS } from './filled-store.ts';

const CARDS = Array.from({ length: 8 }, (_, i) => `GPU-${i}`);
const MONTH_MS = 30 * 24 * 3_600_000;
const NOW_MS = START_MS + MONTH_MS;
const TIMES = 20;

export async function measureTelemetry(figures: Figures): Promise<void> {
  const dir = await mkdtemp(path.join(tmpdir(), 'crynux-telemetry-'));
  const file = path.join(dir, GPU_FILE);
  const db = openGpuDatabase(file);
  try {
    const store = new TelemetryStore(db);
    const readings = CARDS.map((id) => ({ id, loadPercent: 50, memoryUsedMib: 9_000, temperatureC: 60, powerW: 200 }));
    // The rows that a month of readings every five seconds leaves: each level is filled as far back as it is kept.
    for (const { seconds, keepSeconds } of [...RESOLUTIONS].reverse()) {
      db.exec('BEGIN');
      for (let atMs = NOW_MS - keepSeconds * 1_000; atMs < NOW_MS; atMs += seconds * 1_000) store.record(atMs, readings);
      db.exec('COMMIT');
    }
    const name = `a month of ${CARDS.length} cards`;
    figures.add(`${name}: rows`, 'rows', Number(db.prepare('SELECT count(*) AS n FROM gpu_telemetry').get()?.n));
    const timed = (what: string, work: (i: number) => unknown) => {
      const times = Array.from({ length: TIMES }, (_, i) => {
        const began = performance.now();
        work(i);
        return performance.now() - began;
      });
      figures.add(`${name}: ${what}`, 'ms', median(times));
    };
    timed('one more reading', (i) => store.record(NOW_MS + i * 5_000, readings));
    for (const [what, spanMs] of [
      ['the month', MONTH_MS - 3_600_000],
      ['the last hour', 3_500_000],
    ] as const) {
      const query = { cardId: CARDS[3] ?? '', fromMs: NOW_MS - spanMs, toMs: NOW_MS, points: 300 };
      timed(`curve of ${what}`, () => store.history(query, NOW_MS));
    }
    db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    figures.add(`${name}: disk`, 'MiB', (await stat(file)).size / 1_048_576);
  } finally {
    db.close();
    await rm(dir, { recursive: true, force: true });
  }
}
