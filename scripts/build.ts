/** Compiles the rooms to plain JavaScript in dist/ and puts their resources beside them. */
import { spawnSync } from 'node:child_process';
import { cp, rm } from 'node:fs/promises';
import path from 'node:path';

const root = process.cwd();
const dist = path.join(root, 'dist');

await rm(dist, { recursive: true, force: true });
const tsc = path.join(root, 'node_modules', 'typescript', 'bin', 'tsc');
const compiled = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], { stdio: 'inherit' });
if (compiled.status !== 0) process.exit(compiled.status ?? 1);
await cp(path.join(root, 'resources'), path.join(dist, 'resources'), { recursive: true });
await cp(path.join(root, 'package.json'), path.join(dist, 'package.json'));
process.stdout.write('built dist/\n');
