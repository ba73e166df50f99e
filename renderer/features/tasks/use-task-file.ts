import type { z } from 'zod';
import type { TaskFile, taskFileBytesSchema } from '../../../contract/tasks.ts';
import { type Loaded, useNodeRead } from '../../rpc/hooks.ts';

/** The bytes of one result file, and their type. */
export function useTaskFile(commitment: string, { position }: TaskFile): Loaded<z.output<typeof taskFileBytesSchema>> {
  return useNodeRead(`file ${commitment} ${position}`, (node, signal) =>
    node.tasks.file({ commitment: commitment as `0x${string}`, position }, { signal }),
  );
}
