/** Starts a chain, reports its pid, and waits to be killed. Run by the test of anvil's guard. */
import { systemClock } from '../../system.ts';
import { startAnvil } from '../anvil.ts';

const anvil = await startAnvil({ clock: systemClock, chainId: 7411 });
process.send?.({ pid: anvil.pid });
