/** Preloaded into every process of a test run: replaces a program's source by its test bundle. */
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { setFlagsFromString } from 'node:v8';

// A process of a test lives for seconds: this compiler's work costs more than it saves, about a twentieth of all.
setFlagsFromString('--no-maglev');

function programs() {
  try {
    return JSON.parse(readFileSync(path.join(process.env.CRYNUX_TEST_PROGRAMS, 'map.json'), 'utf8'));
  } catch {
    // Nothing was bundled: run the sources.
    return {};
  }
}

const started = process.argv[1] === undefined ? undefined : pathToFileURL(process.argv[1]).href;
const program = started === undefined ? undefined : programs()[started];
if (program !== undefined) {
  registerHooks({
    resolve: (specifier, context, next) =>
      next(specifier === started && context.parentURL === undefined ? program : specifier, context),
  });
}

// `import … from 'node:http'` reads these, which loads an HTTP client that few processes use. Bundles are written without
// them (`scripts/bundle.ts`); this is for the processes that run from source.
const http = process.getBuiltinModule('node:http');
for (const name of ['WebSocket', 'CloseEvent', 'MessageEvent']) delete http[name];
