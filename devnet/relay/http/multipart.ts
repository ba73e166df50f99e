import type { FastifyRequest } from 'fastify';
import type { MultipartBody } from './bind.ts';

/** Reads a whole multipart body: results and checkpoints on a devnet are small, and the body limit applies. */
export async function readMultipart(request: FastifyRequest): Promise<MultipartBody> {
  const fields: Record<string, string | string[]> = {};
  const files: Record<string, Uint8Array[]> = {};
  for await (const part of request.parts()) {
    if (part.type === 'file') {
      const bytes = new Uint8Array(await part.toBuffer());
      files[part.fieldname] = [...(files[part.fieldname] ?? []), bytes];
    } else {
      const value = String(part.value);
      const before = fields[part.fieldname];
      fields[part.fieldname] = before === undefined ? value : [before, value].flat();
    }
  }
  return { fields, files };
}
