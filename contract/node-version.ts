/**
 * Imported first by the programs that a person starts by hand: if Node is too old, it says so in one sentence, instead
 * of failing somewhere inside or doing nothing.
 */
const NEEDED = 24;

/**
 * `version` as in `process.version`, for example `v20.20.2`; null = new enough. Node 24.2 is the first version that
 * knows which module was started.
 */
export function complaintAbout(version: string): string | null {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  if (major > NEEDED || (major === NEEDED && minor >= 2)) return null;
  return `This program needs Node ${NEEDED}.2 or newer, and this is Node ${version}. A source checkout brings its own: npm run crynux-node (or devnet) -- with the same arguments.`;
}

const complaint = complaintAbout(process.version);
if (complaint !== null) {
  process.stderr.write(`${complaint}\n`);
  process.exit(1);
}
