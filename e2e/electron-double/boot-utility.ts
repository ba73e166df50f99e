/**
 * Starts a utility process of the double: `boot-utility.ts ENTRY [ARG…]`. Its module is also imported, not run as main.
 */
import './asar.ts';
import './parent-port.ts';
import { pathToFileURL } from 'node:url';
import { becomeElectron } from './identity.ts';

const [, , entry = '', ...args] = process.argv;
becomeElectron([entry, ...args]);
await import(pathToFileURL(entry).href);
