/** The architecture in numbers: counted from the sources, the same way for every commit. */
import { isTest, type SourceFile } from './imports.ts';
import { workerRoom } from './rooms.ts';

export interface HouseFigures {
  /** In `worker/`: folders and files directly in it that contain the program, but not tests and their doubles. */
  readonly rooms: number;
  /** From one room of `worker/` to another, however many imports it stands for. */
  readonly arrows: number;
  /** Arrows against the direction of the others: the smallest number found for any order of the rooms. */
  readonly arrowsBack: number;
  /** Groups of files in the whole repository that import one another in a cycle; type imports count. */
  readonly cycles: number;
  readonly files: number;
  readonly lines: number;
  readonly linesOfTests: number;
  readonly filesUnder20: number;
  readonly filesOver200: number;
  readonly filesOver400: number;
}

/** @param sources of the whole repository */
export function houseFigures(sources: readonly SourceFile[]): HouseFigures {
  const arrows = roomArrows(sources);
  const rooms = new Set(sources.filter(({ path }) => !isTest(path)).flatMap(({ path }) => workerRoom(path) ?? []));
  const lines = (of: readonly SourceFile[]) => of.reduce((total, file) => total + file.lines, 0);
  return {
    rooms: rooms.size,
    arrows: arrows.length,
    arrowsBack: arrowsBack([...rooms].sort(), arrows),
    cycles: importCycles(sources).length,
    files: sources.length,
    lines: lines(sources),
    linesOfTests: lines(sources.filter(({ path }) => isTest(path))),
    filesUnder20: sources.filter((file) => file.lines < 20).length,
    filesOver200: sources.filter((file) => file.lines > 200).length,
    filesOver400: sources.filter((file) => file.lines > 400).length,
  };
}

type Arrow = readonly [from: string, to: string];

/** The program's own; tests import what they like. */
export function roomArrows(sources: readonly SourceFile[]): Arrow[] {
  const found = new Map<string, Arrow>();
  for (const { path, imports } of sources.filter((file) => !isTest(file.path))) {
    const from = workerRoom(path);
    for (const to of imports.filter((file) => !isTest(file)).map(workerRoom)) {
      if (from !== null && to !== null && from !== to) found.set(`${from} ${to}`, [from, to]);
    }
  }
  return [...found.values()].sort();
}

/**
 * The best order of a graph of this size cannot be computed in reasonable time. Takes one that no move of a single room
 * improves, trying as many starting orders as there are rooms.
 */
export function arrowsBack(rooms: readonly string[], arrows: readonly Arrow[]): number {
  const back = (order: readonly string[]) => {
    const at = new Map(order.map((room, index) => [room, index]));
    return arrows.filter(([from, to]) => (at.get(from) ?? 0) < (at.get(to) ?? 0)).length;
  };
  let fewest = arrows.length;
  for (let start = 0; start < rooms.length; start++) {
    let order = [...rooms.slice(start), ...rooms.slice(0, start)];
    let count = back(order);
    for (let improves = true; improves; ) {
      improves = false;
      for (const room of rooms) {
        const others = order.filter((other) => other !== room);
        for (let place = 0; place <= others.length; place++) {
          const moved = [...others.slice(0, place), room, ...others.slice(place)];
          const left = back(moved);
          if (left >= count) continue;
          [order, count, improves] = [moved, left, true];
        }
      }
    }
    fewest = Math.min(fewest, count);
  }
  return fewest;
}

/** Strongly connected groups of more than one file (Tarjan). */
export function importCycles(sources: readonly SourceFile[]): string[][] {
  const importsOf = new Map(sources.map(({ path, imports }) => [path, imports]));
  const [seen, low, open, found] = [new Map<string, number>(), new Map<string, number>(), new Set<string>(), [] as string[][]];
  const visit = (file: string): void => {
    const number = seen.size;
    seen.set(file, number);
    low.set(file, number);
    open.add(file);
    const lower = (value: number) => low.set(file, Math.min(low.get(file) ?? number, value));
    for (const other of importsOf.get(file) ?? []) {
      if (!importsOf.has(other)) continue;
      if (!seen.has(other)) {
        visit(other);
        lower(low.get(other) ?? number);
      } else if (open.has(other)) lower(seen.get(other) ?? number);
    }
    if (low.get(file) !== number) return;
    const group = [...open].slice([...open].indexOf(file));
    for (const member of group) open.delete(member);
    if (group.length > 1) found.push(group.sort());
  };
  for (const { path } of sources) if (!seen.has(path)) visit(path);
  return found;
}
