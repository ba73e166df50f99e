/**
 * Prometheus' own checker, from Debian's package `prometheus`. Only this program is extracted from the package, into
 * the cache: no server is installed or started.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';

const CACHE = path.resolve(import.meta.dirname, '..', '..', 'node_modules', '.cache', 'promtool');
const DOWNLOADED = path.join(CACHE, 'promtool');

/** Path; null = not available. */
export function findPromtool(): string | null {
  const folders = (process.env.PATH ?? '').split(path.delimiter).filter((folder) => folder !== '');
  const places = [...folders.map((folder) => path.join(folder, 'promtool')), DOWNLOADED];
  return places.find((place) => existsSync(place)) ?? null;
}

/** Downloads it from Debian: takes some seconds and 20 MB, once. False = not possible. */
export function downloadPromtool(): boolean {
  mkdirSync(CACHE, { recursive: true });
  const folder = mkdtempSync(path.join(CACHE, 'taking-'));
  try {
    const run = (program: string, args: readonly string[]) =>
      spawnSync(program, args, { cwd: folder, stdio: ['ignore', 2, 2] }).status === 0;
    const download = () => run('apt-get', ['download', '-q', 'prometheus']);
    // A machine that has installed nothing yet has no package lists.
    if (!download() && !(run('apt-get', ['update', '-q']) && download())) return false;
    const [file] = readdirSync(folder).filter((name) => name.endsWith('.deb'));
    if (file === undefined || !run('dpkg-deb', ['--extract', file, 'package'])) return false;
    renameSync(path.join(folder, 'package', 'usr', 'bin', 'promtool'), DOWNLOADED);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Its complaint about these arguments and this input; null = none. */
export function promtoolProblem(promtool: string, args: readonly string[], input?: string): string | null {
  const { status, stdout, stderr } = spawnSync(promtool, args, { encoding: 'utf8', ...(input === undefined ? {} : { input }) });
  const said = `${stdout}${stderr}`.trim();
  return status === 0 ? null : said || `it ended with ${status}`;
}
