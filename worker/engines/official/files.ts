/** File system access to an installation; tests simulate other platforms' installations on this one. */
import { accessSync, constants, readdirSync, readFileSync, statSync } from 'node:fs';

export interface InstallationFiles {
  /** Links are followed. Null: nothing exists (a link may be broken), or this user may not see it. */
  kind(path: string): 'file' | 'folder' | null;
  /** Names in a folder, sorted; empty if there is no such folder. */
  list(folder: string): readonly string[];
  /** Null if it cannot be read. */
  readText(path: string): string | null;
  mayExecute(path: string): boolean;
  mayWrite(path: string): boolean;
}

export const systemFiles: InstallationFiles = {
  kind(path) {
    try {
      return statSync(path).isDirectory() ? 'folder' : 'file';
    } catch {
      return null;
    }
  },
  list(folder) {
    try {
      return readdirSync(folder).sort();
    } catch {
      return [];
    }
  },
  readText(path) {
    try {
      return readFileSync(path, 'utf8');
    } catch {
      return null;
    }
  },
  mayExecute: (path) => hasAccess(path, constants.X_OK),
  mayWrite: (path) => hasAccess(path, constants.W_OK),
};

function hasAccess(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}
