/** What `npm run lint` holds against unused files, exports and dependencies (`knip`). */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { KnipConfig } from 'knip';
import { TEST_PROGRAMS } from './scripts/testing/test-programs.ts';

const { scripts }: { scripts: Record<string, string> } = JSON.parse(
  readFileSync(path.join(import.meta.dirname, 'package.json'), 'utf8'),
);

/** What the commands of package.json start through scripts/bootstrap.mjs, and that script itself. */
const commands = Object.values(scripts).flatMap((line) => line.match(/\S+\.(?:ts|mjs)/g) ?? []);

/** What a process, a thread, a page or a person starts by its place, and not by an import that `knip` can follow. */
const programs = [
  ...TEST_PROGRAMS.map((program) => `${program}.ts`),
  'electron/{main,preload}.ts',
  'renderer/app/main.tsx',
  'renderer/testing/fixture-main.tsx',
  'docs/examples/*.mjs',
  'devnet/chain/testing/orphan-child.ts',
  'e2e/electron-double/{register,index,boot,boot-utility}.ts',
  'e2e/fuzz/fuzz-child.ts',
  'e2e/soak/soak-{engine,host,worker}.ts',
  'host/keys/testing/keychain-round-trip.ts',
  'host/lease/testing/record-leases.ts',
  'scripts/{make-icons,measure-determinism}.ts',
  'scripts/verify/helper.ts',
  'scripts/testing/{read-descriptor,use-programs}.mjs',
  'worker/testing/stepped-date.ts',
];

const config: KnipConfig = {
  entry: [...commands, ...programs],
  includeEntryExports: true,
  vite: { config: 'renderer/vite.config.ts' },
  project: ['**/*.{ts,tsx,mjs,css}'],
  // The exceptions, each with its reason.
  ignoreIssues: {
    // docs/api.md names the types of a schema after its export (scripts/api-page.ts).
    'contract/*.ts': ['exports'],
    // The program imports it as `electron`: e2e/electron-double/register.ts.
    'e2e/electron-double/index.ts': ['exports'],
  },
  ignoreDependencies: [
    '@foundry-rs/anvil', // its program is looked for by its place: devnet/chain/anvil.ts
    'keytar', // likewise: host/keys/keychain-access.ts
    '@biomejs/biome', // started by scripts/lint.ts
  ],
  // Of the operating system.
  ignoreBinaries: ['mount', 'umount', 'systemd-analyze', 'valgrind', 'ldconfig', 'apt-get', 'bwrap', 'nsenter'],
};
export default config;
