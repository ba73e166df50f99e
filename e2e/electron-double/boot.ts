/**
 * Starts the double as Electron's binary starts a program: `boot.ts ROOT [ARG…]`. A root that is an archive is a
 * package. The program's main module is imported, so it is not the one that Node was started with (`import.meta.main`
 * is false).
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { app } from './app.ts';
import { becomeElectron } from './identity.ts';

const [, , root = '', ...args] = process.argv;
becomeElectron(app.isPackaged ? args : [root, ...args]);
Object.defineProperty(process, 'resourcesPath', { value: path.dirname(root) });

const manifest: { main: string } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
await import(pathToFileURL(path.join(root, manifest.main)).href);
