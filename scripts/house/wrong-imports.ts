/** Checks that the rooms of `worker/` import only what they may. */
import { isTest, type SourceFile } from './imports.ts';
import { WORKER_ROOMS, workerRoom } from './rooms.ts';

export interface WrongImport {
  readonly file: string;
  readonly imports: string;
  readonly why: string;
}

/** @param rooms by name, what each may import of the others */
export function wrongImports(
  sources: readonly SourceFile[],
  rooms: Readonly<Record<string, readonly string[]>> = WORKER_ROOMS,
): WrongImport[] {
  return sources
    .filter(({ path }) => !isTest(path))
    .flatMap(({ path: file, imports }) => {
      const room = workerRoom(file);
      if (room === null) return [];
      const allowed = rooms[room];
      if (allowed === undefined) return [{ file, imports: '', why: `worker/${room} is not a room of scripts/house/rooms.ts` }];
      return imports.flatMap((target): WrongImport[] => {
        const other = workerRoom(target);
        if (other === null || other === room) return [];
        if (isTest(target)) return [{ file, imports: target, why: 'only tests may import what is for tests' }];
        if (allowed.includes(other)) return [];
        return [{ file, imports: target, why: `worker/${room} may not import worker/${other}` }];
      });
    });
}
