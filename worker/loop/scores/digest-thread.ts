/**
 * A thread that reads and hashes images, so that the node's own thread never waits for one. It has no key and sends no
 * requests.
 */
import { parentPort } from 'node:worker_threads';
import { serialiseError } from '../../../protocol/errors.ts';
import { type DigestAnswer, type DigestRequest, digestImage } from './image-digest.ts';

async function handleRequest({ id, params }: DigestRequest): Promise<DigestAnswer> {
  try {
    return { id, digest: await digestImage(params), error: null };
  } catch (error) {
    return { id, digest: null, error: serialiseError(error) };
  }
}

parentPort?.on('message', (request: DigestRequest) => {
  void handleRequest(request).then((answer) => parentPort?.postMessage(answer));
});
