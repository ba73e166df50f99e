/** The helm program: installs the chart, and renders it for the checks. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import path from 'node:path';

export interface Helm {
  /** @returns its output. @throws Error with its error output */
  run(...args: readonly string[]): Promise<string>;
}

/** @param home for its caches, so that nothing of the user's own is read or written */
export function findHelm(options: { readonly program: string; readonly home: string; readonly kubeconfig?: string }): Helm {
  const { program, home, kubeconfig } = options;
  mkdirSync(home, { recursive: true, mode: 0o700 });
  const env = {
    ...{ PATH: process.env.PATH ?? '', HOME: home },
    ...{
      HELM_CACHE_HOME: path.join(home, 'cache'),
      HELM_CONFIG_HOME: path.join(home, 'config'),
      HELM_DATA_HOME: path.join(home, 'data'),
    },
    ...(kubeconfig === undefined ? {} : { KUBECONFIG: kubeconfig }),
  };
  return {
    async run(...args) {
      const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env });
      const said: string[] = [];
      const complained: string[] = [];
      child.stdout.setEncoding('utf8').on('data', (text: string) => said.push(text));
      child.stderr.setEncoding('utf8').on('data', (text: string) => complained.push(text));
      const [code] = (await once(child, 'close')) as [number | null];
      if (code === 0) return said.join('');
      throw new Error(`helm ${args[0]} ended with ${code}: ${complained.join('').trim()}`);
    },
  };
}
