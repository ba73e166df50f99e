/**
 * Imported first by the programs that a person starts by hand: if Node is too old, it says so in one sentence, instead
 * of failing somewhere inside or doing nothing.
 */
const REQUIRED_MAJOR = 24;

/**
 * `version` as in `process.version`, for example `v20.20.2`; null = new enough. Node 24.2 is the first version that
 * knows which module was started.
 */
export function versionProblem(version: string): string | null {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  if (major > REQUIRED_MAJOR || (major === REQUIRED_MAJOR && minor >= 2)) return null;
  return `This program needs Node ${REQUIRED_MAJOR}.2 or newer, and this is Node ${version}. A source checkout brings its own: npm run crynux-node (or devnet) -- with the same arguments.`;
}

const problem = versionProblem(process.version);
if (problem !== null) {
  process.stderr.write(`${problem}\n`);
  process.exit(1);
}
