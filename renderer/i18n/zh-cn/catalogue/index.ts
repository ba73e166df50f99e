import { node } from './node.ts';
import { program } from './program.ts';

/** By code: meaning and remedy. */
export const catalogue = { ...node, ...program };
