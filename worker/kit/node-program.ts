/**
 * The program that runs our JavaScript helpers (the embedded engine, the reading of other makers' cards). Inside a
 * packaged desktop program it is not our own: Electron's binary runs no scripts there. `CRYNUX_NODE_PROGRAM` names it.
 */
export function nodeProgram(env: NodeJS.ProcessEnv = process.env): string {
  const named = env.CRYNUX_NODE_PROGRAM;
  return named === undefined || named === '' ? process.execPath : named;
}
