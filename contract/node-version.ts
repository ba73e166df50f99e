/**
 * Imported first by the programs that a person starts by hand: says in one sentence what is missing where Node is too old,
 * rather than failing somewhere inside, or doing nothing at all.
 */
const NEEDED = 24;

/** Of `process.version`, `v20.20.2`; null = it will do. Node 24.2 is the first that knows which module was started. */
export function complaintAbout(version: string): string | null {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  if (major > NEEDED || (major === NEEDED && minor >= 2)) return null;
  return `This program needs Node ${NEEDED}.2 or newer, and this is Node ${version}. From its sources it brings its own: npm run crynux-node (or devnet) -- with the same arguments.`;
}

const complaint = complaintAbout(process.version);
if (complaint !== null) {
  process.stderr.write(`${complaint}\n`);
  process.exit(1);
}
