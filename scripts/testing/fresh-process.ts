/**
 * Integration tests share their processes: loading the modules of each file anew is most of a short file's time. So what
 * a file has changed in its process is set back before the next one begins.
 */
const KEY = Symbol.for('crynux.fresh-process');

interface Fresh {
  readonly umask: number;
  readonly folder: string;
  readonly variables: Readonly<NodeJS.ProcessEnv>;
}

const kept = globalThis as { [KEY]?: Fresh };
kept[KEY] ??= { umask: process.umask(), folder: process.cwd(), variables: { ...process.env } };
const { umask, folder, variables } = kept[KEY];

process.umask(umask);
process.chdir(folder);
for (const name of Object.keys(process.env)) if (!(name in variables)) delete process.env[name];
for (const [name, value] of Object.entries(variables)) if (process.env[name] !== value) process.env[name] = value;
