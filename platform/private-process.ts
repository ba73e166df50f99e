/**
 * Imported first by each of our programs that holds keys or talks to one that does. New files are readable only by
 * their owner, and no signal opens an inspector, through which another process could read the memory.
 */
process.umask(0o077);
// Node opens one on SIGUSR1 unless there is another listener; Windows has no such signal. This does not use system.ts,
// because a program that only prints its version would otherwise load all of it.
if (process.platform !== 'win32') process.on('SIGUSR1', () => {});
