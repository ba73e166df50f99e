/**
 * `npm run image [-- --folder FOLDER]`: builds the program and lays out the folder that the image is built from
 * (docs/image.md).
 */
import path from 'node:path';
import { parseArgs } from 'node:util';
import { buildDesktop } from './build-desktop.ts';
import { makeImageContext } from './image/context.ts';
import { targetOf } from './package/target.ts';

const root = path.resolve(import.meta.dirname, '..');
const { values } = parseArgs({ options: { folder: { type: 'string', default: path.join(root, 'release', 'image') } } });
await buildDesktop();
const { folder } = await makeImageContext({ root, target: targetOf(), folder: path.resolve(values.folder) });
process.stdout.write(`${folder}\n`);
