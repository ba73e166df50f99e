/** A program that owns the data directory it is given, says so, and stays. */
import { openStore } from '../store/store.ts';

const store = openStore(process.argv[2] ?? '', Date.now());
store.settings.set('address', '0xholder');
process.send?.('owned');
// Whatever nobody can reach is collected, and its lock with it.
setInterval(() => store.settings.get('address'), 60_000);
