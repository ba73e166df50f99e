/** Any of the three systems, on any machine. */
import path from 'node:path';
import type { MachineFacts, SystemName } from '../machine.ts';
import { type System, systemOf } from '../system.ts';

export function otherSystem(name: SystemName, facts: Partial<Pick<MachineFacts, 'env' | 'home' | 'arch'>> = {}): System {
  return systemOf(factsOf(name, facts));
}

/** The same, with its files on this machine: paths use this machine's notation. */
export function otherSystemHere(name: SystemName, facts: Partial<Pick<MachineFacts, 'env' | 'home' | 'arch'>> = {}): System {
  return systemOf(factsOf(name, facts), path);
}

function factsOf(name: SystemName, facts: Partial<MachineFacts>): MachineFacts {
  const home = { linux: '/home/ann', darwin: '/Users/ann', win32: 'C:\\Users\\Ann' }[name];
  return { name, arch: 'x64', env: {}, home, uid: name === 'win32' ? null : 1000, ...facts };
}
