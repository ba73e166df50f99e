/** A program that takes ownership of the given data directory, reports it, and stays. */
import { openStore } from '../store/store.ts';

const store = openStore(process.argv[2] ?? '', Date.now());
store.settings.set('address', '0xholder');
process.send?.('owned');
// Unreachable objects are garbage-collected, and the lock with them.
setInterval(() => store.settings.get('address'), 60_000);
