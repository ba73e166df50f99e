/** The text of docs/api.md: every procedure of the program and of a node, generated from the contracts. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { type AnySchema, getEventIteratorSchemaDetails } from '@orpc/contract';
import { z } from 'zod';
import type { ProcedureMeta } from '../contract/acts.ts';
import { hostContract } from '../contract/host-contract.ts';
import { nodeContract } from '../contract/node-contract.ts';
import { type Direction, namesOf, schemaText } from './schema-text.ts';

const ROOT = path.resolve(import.meta.dirname, '..');
const CONTRACT = path.join(ROOT, 'contract');
/** Runs as written, on the Node version it mentions; a test does so. */
const EXAMPLE = 'docs/examples/ask-program.mjs';

const pageHeader = (example: string) => `# The programming interface

A script on the same machine can do everything that the window can, and uses the same contract in
[\`contract/\`](../contract). This page is generated from the contract (\`npm run docs\`); a test checks that it is up to date.
For shell scripts, [the command line](cli.md) with \`--json\` is easier.

## Connecting

1. **Address and token.** A program without a desktop (\`crynux-node run\` or \`serve\`) writes \`headless.json\` into its data
   directory, readable only by its owner: \`{ "pid", "port", "token" }\`. It listens on 127.0.0.1 only. The file is new at each start.
   Whoever has the token can do everything that the command line can. The desktop program has no such interface.
2. **Transport.** A WebSocket to \`ws://127.0.0.1:<port>/rpc/host\` for the program, or \`/rpc/node/<profile id>\` for a running
   node, with the header \`Authorization: Bearer <token>\`. Errors before the handshake: 401 = wrong token; 404 = that node is not
   running.
3. **Frames** are JSON texts. A call: \`{ "i": "1", "p": { "u": "/profiles/start", "b": { "json": <input> } } }\`, with a unique \`i\`
   per call (up to 32 characters). Its answer has the same \`i\`: \`{ "i": "1", "p": { "b": { "json": <output> } } }\`. If \`p.s\` is 400 or more, it is an error,
   with \`code\`, \`message\` and the facts in \`p.b.json\`. The codes are listed in [errors.md](errors.md).
4. **Subscriptions** answer with a header \`content-type: text/event-stream\`, then with frames
   \`{ "i", "t": 3, "p": { "e": "message", "d": { "json": <output> } } }\`: a snapshot first, then changes. \`e\` = \`done\` or \`error\` ends the subscription.
   Send \`{ "i", "t": 4 }\` to end it yourself.
5. **Limits.** Frames of up to 1 MiB to the program, 256 pending calls per connection. An invalid frame closes the connection.

Amounts are decimal wei in strings, times are epoch milliseconds (\`…Ms\`), files are base64. In TypeScript,
[\`contract/rpc-client.ts\`](../contract/rpc-client.ts) provides typed clients.

\`\`\`js
${example.trim()}
\`\`\`

## Reading this page

\`name?\`: optional. Named types are at the end. **key**, **money**, **program**: the call affects the key or the money, or starts a
program; a window needs a person's confirmation for it, a script with the token does not. **own**: only for the command line and such scripts.
`;

interface BuiltContract {
  readonly '~orpc': { readonly inputSchema?: AnySchema; readonly outputSchema?: AnySchema; readonly meta: ProcedureMeta };
}

export async function apiPage(): Promise<string> {
  const files = readdirSync(CONTRACT).filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'));
  const names = namesOf(await Promise.all(files.map((file) => import(pathToFileURL(path.join(CONTRACT, file)).href))));
  const types = new Map<string, string>();

  const write = (schema: AnySchema | undefined, io: Direction): string => {
    if (!(schema instanceof z.ZodType)) throw new Error('a procedure has no zod schema');
    const { text, types: used } = schemaText(schema, io, names);
    for (const [name, definition] of used) {
      const other = types.get(name);
      if (other !== undefined && other !== definition) types.set(`${name} (as ${io})`, definition);
      else types.set(name, definition);
    }
    return text;
  };
  const describe = (route: string, procedure: BuiltContract, comment: string | undefined): string => {
    const { inputSchema, outputSchema, meta } = procedure['~orpc'];
    const yields = getEventIteratorSchemaDetails(outputSchema)?.yields;
    const marks = [yields === undefined ? null : 'subscription', meta.act === undefined ? null : `**${meta.act}**`];
    const said = marks.filter((mark) => mark !== null).join(', ');
    return [
      `### \`${route}\`${said === '' ? '' : ` · ${said}`}`,
      ...(comment === undefined ? [] : ['', comment]),
      '',
      '```ts',
      `input:  ${write(inputSchema, 'input')}`,
      `output: ${write(yields ?? outputSchema, 'output')}`,
      '```',
      '',
    ].join('\n');
  };
  const section = (title: string, contract: object, sources: string[]) => {
    const comments = commentsIn(sources);
    const parts = routesOf(contract).map(([route, procedure]) => describe(`/${route}`, procedure, comments.get(route)));
    return [`## ${title}`, '', ...parts].join('\n');
  };

  const host = section('Program: `/rpc/host`', hostContract, ['host-contract.ts']);
  const node = section('Node: `/rpc/node/<profile id>`', nodeContract, ['node-contract.ts', 'money-procedures.ts']);
  const definitions = [...types]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, text]) => `type ${name} =${text.startsWith('\n') ? '' : ' '}${text}`);
  const example = readFileSync(path.join(ROOT, EXAMPLE), 'utf8');
  return [pageHeader(example), host, node, '## Types', '', '```ts', ...definitions, '```', ''].join('\n');
}

/** Every procedure by its path. */
function routesOf(tree: object, at: readonly string[] = []): [string, BuiltContract][] {
  return Object.entries(tree).flatMap(([name, value]: [string, object]): [string, BuiltContract][] => {
    const here = [...at, name];
    return '~orpc' in value ? [[here.join('/'), value as BuiltContract]] : routesOf(value, here);
  });
}

/** The sources' comments on the procedures: `group/name` → the comment above it. */
function commentsIn(files: readonly string[]): Map<string, string> {
  const comments = new Map<string, string>();
  for (const file of files) {
    let group = file === 'money-procedures.ts' ? 'money' : '';
    let comment: string | undefined;
    for (const line of readFileSync(path.join(CONTRACT, file), 'utf8').split('\n')) {
      const indent = line.search(/\S/);
      const said = /^\s*\/\*\* (.*) \*\/$/.exec(line)?.[1];
      const name = /^\s*(\w+):/.exec(line)?.[1];
      if (said !== undefined) comment = said;
      else {
        if (name !== undefined && indent === 2 && /\{$/.test(line)) group = name;
        // A nested group, and its end.
        else if (name !== undefined && indent === 4 && /: \{$/.test(line)) group = `${group}/${name}`;
        else if (indent === 4 && /^ {4}\},$/.test(line)) group = group.replace(/\/.*$/, '');
        else if (name !== undefined && comment !== undefined && !comments.has(`${group}/${name}`))
          comments.set(`${group}/${name}`, comment);
        comment = undefined;
      }
    }
  }
  return comments;
}
