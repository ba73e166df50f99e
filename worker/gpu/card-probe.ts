/** A separate program that writes the machine's display controllers as JSON. Started by other-cards.ts, never imported. */
import { graphics } from 'systeminformation';

const found = await graphics();
process.stdout.write(JSON.stringify({ controllers: found?.controllers ?? [] }));
