/** Procedures for the nodes' logs. */

import os from 'node:os';
import path from 'node:path';
import { SECRET_SETTINGS } from '../../contract/settings.ts';
import { SYSTEM } from '../../platform/system.ts';
import { userName } from '../../worker/kit/user-name.ts';
import { STORE_FILE } from '../../worker/store/store.ts';
import type { HostParts } from '../app/host-parts.ts';
import { logFolder } from '../app/node-runner.ts';
import { followLog, logPage } from '../logs/log-reader.ts';
import { storeSummary } from '../logs/store-summary.ts';
import { supportBundle } from '../logs/support-bundle.ts';
import type { HostImplementer } from './implementer.ts';

export function logHandlers(contract: HostImplementer, { folders, profiles, supervisor, info, clock, secrets }: HostParts) {
  const folderOf = (profileId: string) => logFolder(folders, profiles.get(profileId).id);
  return {
    page: contract.logs.page.handler(({ input: { profileId, ...query } }) => logPage({ folder: folderOf(profileId), query })),
    watch: contract.logs.watch.handler(async function* ({ input: { profileId, ...filter }, signal }) {
      const ending = signal ?? new AbortController().signal;
      for await (const lines of followLog({ folder: folderOf(profileId), filter, clock, signal: ending }))
        yield { lines: [...lines] };
    }),
    bundle: contract.logs.bundle.handler(async ({ input: { id }, signal }) => {
      const { worker, node } = supervisor.view(id);
      const options = {
        profile: profiles.get(id),
        logFolder: folderOf(id),
        versions: {
          program: info.version,
          shell: info.shell,
          node: process.version,
          platform: `${SYSTEM.name} ${os.release()} ${SYSTEM.arch}`,
        },
        store: { worker, node, database: storeSummary(path.join(profiles.dataDir(id), STORE_FILE)) },
        secrets: await knownSecrets(secrets),
        homeDir: os.homedir(),
        userName: userName(),
        nowMs: clock.now(),
      };
      const { fileName, bytes } = await supportBundle(options, signal);
      return { fileName, base64: Buffer.from(bytes).toString('base64') };
    }),
  };
}

/** Secrets of the settings are included, because a proxy or a hub may have repeated them in an answer. */
async function knownSecrets(secrets: HostParts['secrets']): Promise<readonly string[]> {
  // A secret that the keychain does not return now has not been given to any node of this program.
  for (const name of SECRET_SETTINGS) await secrets.get(name).catch(() => null);
  return secrets.known();
}
