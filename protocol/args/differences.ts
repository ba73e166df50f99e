import type { TaskType } from '../tasks/status.ts';

/** A point on which the published JSON schemas and the worker's models disagree about the same arguments. */
export interface ArgsDifference {
  readonly types: readonly TaskType[];
  /** Path in the arguments; setting it to `example` shows the difference. */
  readonly path: readonly (string | number)[];
  readonly example: unknown;
  readonly relayAccepts: boolean;
  readonly engineAccepts: boolean;
  readonly why: string;
}

/**
 * All differences that JSON can express in one field. This project follows both sides: arguments that the relay refuses
 * never reach a node, and arguments that only the engine refuses are reported as an invalid task, as every node does.
 *
 * One difference is left out: the worker would coerce values of a different JSON type ("5" for 5, 1 for true). The relay
 * refuses those, so no network delivers them, and our engine refuses them too.
 */
export const ARGS_DIFFERENCES: readonly ArgsDifference[] = [
  {
    types: ['StableDiffusion', 'FineTuneLora'],
    path: ['version'],
    example: '2.5.2',
    relayAccepts: true,
    engineAccepts: false,
    why: 'the worker does not know the schema’s newest version (RELAY_PROTOCOL 11.2, 50)',
  },
  {
    types: ['StableDiffusion', 'FineTuneLora'],
    path: ['version'],
    example: '3.0.0',
    relayAccepts: false,
    engineAccepts: true,
    why: 'the schema does not know the worker’s newest version (RELAY_PROTOCOL 11.2, 50)',
  },
  {
    types: ['Llm'],
    path: ['messages', 0, 'content'],
    example: [{ type: 'image', base64: 'not base64!' }],
    relayAccepts: true,
    engineAccepts: false,
    why: 'only the worker decodes images',
  },
  {
    types: ['FineTuneLora'],
    path: ['dataset', 'url'],
    example: 'ftp://example.org/data.zip',
    relayAccepts: true,
    engineAccepts: false,
    why: 'the relay’s validator does not assert formats, the worker demands an http or https URL',
  },
  {
    types: ['StableDiffusion'],
    path: ['scheduler'],
    example: { args: { solver_order: 'two', clip_samples: 'all' } },
    relayAccepts: true,
    engineAccepts: false,
    why: 'without a method the schema accepts what fits exactly one scheduler; the worker demands the method',
  },
  {
    types: ['StableDiffusion'],
    path: ['lora'],
    example: { model: 'a', weight: 0.5 },
    relayAccepts: false,
    engineAccepts: true,
    why: 'percentages are integers in the schema and floats in the worker',
  },
  {
    types: ['StableDiffusion'],
    path: ['task_config', 'image_width'],
    example: 1e21,
    relayAccepts: true,
    engineAccepts: false,
    why: 'integers from 1e21 on are stored with an exponent, which the worker reads as a float',
  },
  {
    types: ['Llm', 'FineTuneLora'],
    path: ['seed'],
    example: 1e21,
    relayAccepts: true,
    engineAccepts: false,
    why: 'integers from 1e21 on are stored with an exponent, which the worker reads as a float',
  },
];
