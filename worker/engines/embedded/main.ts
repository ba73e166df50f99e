/**
 * The embedded engine: a program that speaks the official worker's protocol and runs language model tasks on llama.cpp
 * and image tasks on onnxruntime. It lives as long as its connection and its parent. Exit code 2: started incorrectly,
 * 1: connection lost.
 */
import '../../../platform/private-process.ts';
import { serialiseError } from '../../../protocol/errors.ts';
import { loadCatalogue } from '../models/catalogue.ts';
import { embeddedEnvironment } from './environment.ts';
import { serveWorker } from './session.ts';

const PARENT_CHECK_MS = 1000;

async function main(): Promise<void> {
  const { nodeUrl, role, modelsDir, hubUrl, device } = embeddedEnvironment(process.env);
  const catalogue = await loadCatalogue(modelsDir);
  exitWithParent();
  let reason: string;
  if (role === 'inference') {
    // The runtimes take half a second to load, and the download role does not need them.
    const { startRuntime } = await import('./llm/runtime.ts');
    const { createInferenceRole } = await import('./inference-role.ts');
    const { createRuntimes } = await import('./runtimes.ts');
    const llm = await startRuntime(device);
    const perform = createInferenceRole({ runtimes: createRuntimes({ llm, device }), catalogue });
    reason = await serveWorker({ url: nodeUrl, role, perform, gpuCount: llm.gpuCount });
  } else {
    // And the inference role does not need what fetches files.
    const { createDownloadRole } = await import('./download-role.ts');
    reason = await serveWorker({
      url: nodeUrl,
      role,
      perform: createDownloadRole({ catalogue, hubUrl, say: printLine }),
      gpuCount: 0,
    });
  }
  printLine({ event: 'ended', reason });
  process.exit(1);
}

/** The connection ends with the worker too, but a parent that is stopped or in a debugger keeps it open. */
function exitWithParent(): void {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) process.exit(1);
  }, PARENT_CHECK_MS).unref();
}

function printLine(line: object): void {
  process.stderr.write(`${JSON.stringify(line)}\n`);
}

if (import.meta.main) {
  main().catch((error: unknown) => {
    printLine({ event: 'failed', ...serialiseError(error) });
    process.exit(2);
  });
}
