/**
 * `npm run package`: installers and archives for this kind of machine, in `release/`. electron-builder downloads
 * Electron's release, or ELECTRON_DIST names an unpacked folder of it. CRYNUX_UPDATE_URL (https) is where the installed
 * program will look for updates, and CRYNUX_UPDATE_PUBLIC_KEY (Ed25519, SPKI in base64) the key whose signature it
 * trusts; without them there are no updates. CRYNUX_UPDATE_CHANNEL defaults to `latest`. `--folder` only builds the
 * program's folder, `--only deb,tar.gz` only some kinds.
 */
import { copyFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { feedOf } from '../electron/updates/feed.ts';
import { buildDesktop } from './build-desktop.ts';
import { makePackages } from './package/make.ts';
import { macSigner } from './package/sign-mac.ts';
import { makeStage, SBOM_FILE } from './package/stage.ts';
import { targetOf } from './package/target.ts';

const root = path.resolve(import.meta.dirname, '..');
const release = path.join(root, 'release');
const { values } = parseArgs({ options: { folder: { type: 'boolean', default: false }, only: { type: 'string' } } });
const target = targetOf();
const { CRYNUX_UPDATE_URL: url, CRYNUX_UPDATE_PUBLIC_KEY: publicKey, CRYNUX_UPDATE_CHANNEL: channel = 'latest' } = process.env;
const updates = url === undefined || url === '' ? null : { url, publicKey, channel };
const feed = feedOf(JSON.stringify({ updates }));

await buildDesktop();
const stage = await makeStage({
  ...{ root, target, folder: path.join(release, 'stage'), feed },
  signBinaries: macSigner({ target, env: process.env, entitlements: path.join(root, 'build', 'entitlements.mac.plist') }),
});
const made = await makePackages({
  root,
  stage,
  target,
  output: release,
  electron: process.env.ELECTRON_DIST ?? null,
  kinds: values.folder ? ['dir'] : (values.only?.split(',') ?? null),
  feed,
});
const bill = path.join(release, `${target.platform}-${target.arch}.${SBOM_FILE}`);
await copyFile(path.join(stage.outside, 'licenses', SBOM_FILE), bill);
process.stdout.write(`${values.folder ? release : [...made, bill].join('\n')}\n`);
