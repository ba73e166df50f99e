/** Draws the program's icons: a card with a pulse on it, in the accent colour. `node scripts/make-icons.ts`. */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { encode } from 'fast-png';

type Colour = readonly [number, number, number];
const ACCENT: Colour = [37, 99, 235];
const PAPER: Colour = [248, 250, 252];
/** Sub-pixels per side, for smooth edges. */
const SUBSAMPLES = 4;

/** The pulse, in a unit square. */
const PULSE = [
  [0.2, 0.52],
  [0.36, 0.52],
  [0.44, 0.34],
  [0.55, 0.68],
  [0.63, 0.52],
  [0.8, 0.52],
] as const;

function distanceToPulse(x: number, y: number): number {
  let nearest = Number.POSITIVE_INFINITY;
  for (let at = 1; at < PULSE.length; at += 1) {
    const [from, to] = [PULSE[at - 1], PULSE[at]];
    if (from === undefined || to === undefined) continue;
    const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
    const along = Math.max(0, Math.min(1, ((x - from[0]) * dx + (y - from[1]) * dy) / (dx * dx + dy * dy)));
    nearest = Math.min(nearest, Math.hypot(x - from[0] - along * dx, y - from[1] - along * dy));
  }
  return nearest;
}

/** A square with round corners, from 0.06 to 0.94. */
function insideCard(x: number, y: number): boolean {
  const radius = 0.2;
  const [low, high] = [0.06 + radius, 0.94 - radius];
  const dx = Math.max(low - x, 0, x - high);
  const dy = Math.max(low - y, 0, y - high);
  return Math.hypot(dx, dy) <= radius;
}

function draw(size: number): Uint8Array {
  const data = new Uint8Array(size * size * 4);
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column < size; column += 1) {
      let [card, pulse] = [0, 0];
      for (let step = 0; step < SUBSAMPLES * SUBSAMPLES; step += 1) {
        const x = (column + ((step % SUBSAMPLES) + 0.5) / SUBSAMPLES) / size;
        const y = (row + (Math.floor(step / SUBSAMPLES) + 0.5) / SUBSAMPLES) / size;
        if (!insideCard(x, y)) continue;
        card += 1;
        if (distanceToPulse(x, y) < 0.035) pulse += 1;
      }
      const at = (row * size + column) * 4;
      for (let part = 0; part < 3; part += 1) {
        const mix = card === 0 ? 0 : pulse / card;
        data[at + part] = Math.round((ACCENT[part] ?? 0) * (1 - mix) + (PAPER[part] ?? 0) * mix);
      }
      data[at + 3] = Math.round((255 * card) / (SUBSAMPLES * SUBSAMPLES));
    }
  }
  return encode({ width: size, height: size, data, channels: 4, depth: 8 });
}

const folder = path.join(import.meta.dirname, '..', 'resources', 'icons');
await mkdir(folder, { recursive: true });
for (const [name, size] of [
  ['icon.png', 1024],
  ['tray.png', 32],
  ['tray@2x.png', 64],
] as const) {
  await writeFile(path.join(folder, name), draw(size));
}
