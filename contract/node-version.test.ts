import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { versionProblem } from './node-version.ts';

const root = path.resolve(import.meta.dirname, '..');

describe('a Node that is too old', () => {
  it.each(['v18.20.4', 'v20.20.2', 'v22.18.0', 'v23.11.1', 'v24.1.0'])(
    '%s is reported, with how to get a newer one',
    (version) => {
      expect(versionProblem(version)).toContain(`needs Node 24.2 or newer, and this is Node ${version}`);
      expect(versionProblem(version)).toContain('npm run crynux-node');
    },
  );

  it.each(['v24.2.0', 'v24.21.0', 'v25.0.0', 'v30.1.0-nightly'])('%s is accepted', (version) => {
    expect(versionProblem(version)).toBeNull();
  });

  // Even older versions read no TypeScript at all, and say so themselves.
  it.each(['headless/main.ts', 'devnet/main.ts'])('ends %s with one sentence', (entry) => {
    const older = `data:text/javascript,Object.defineProperty(process,'version',{value:'v22.18.0'})`;
    const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', older, path.join(root, entry), '--version'], {
      encoding: 'utf8',
      env: { ...process.env, NODE_OPTIONS: '' },
    });
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr.trim().split('\n')).toEqual([versionProblem('v22.18.0')]);
  });
});
