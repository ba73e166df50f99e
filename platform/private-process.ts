/**
 * Imported first by every program of ours that holds keys or talks to one that does: files are made for their owner
 * alone, and a signal opens no inspector, through which another process could read the memory.
 */
process.umask(0o077);
// Node opens one on SIGUSR1 unless somebody else listens; Windows has no such signal. Asked here and not of system.ts, which
// is more than a program loads that only says its version.
if (process.platform !== 'win32') process.on('SIGUSR1', () => {});

/** For a fork of this very binary: from its first moment on, where Node knows the option. */
export const NO_INSPECTOR: readonly string[] = process.allowedNodeEnvironmentFlags.has('--disable-sigusr1')
  ? ['--disable-sigusr1']
  : [];
