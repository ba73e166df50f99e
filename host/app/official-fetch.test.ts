import { describe, expect, it } from 'vitest';
import type { OfficialDownload } from '../../contract/first-run.ts';
import { ManualClock } from '../../protocol/ports.ts';
import { EngineError } from '../../worker/engines/errors.ts';
import type { DownloadFileInput } from '../../worker/engines/models/download-file.ts';
import { environmentPolicy } from '../../worker/outbound/outbound-dispatcher.ts';
import { createOfficialFetch } from './official-fetch.ts';
import { releaseOf } from './official-release.ts';

const DMG = 'crynux-node-lithium-v3.6.0-base-mac-arm64-unsigned.dmg';
const SHA = 'ab'.repeat(32);
const asset = (name: string, more: object = {}) => ({
  name,
  size: 12,
  digest: `sha256:${SHA}`,
  browser_download_url: `https://github.com/crynux-network/crynux-node/releases/download/v3.6.0/${name}`,
  ...more,
});
const page = (assets: object[], more: object = {}) =>
  JSON.stringify({
    tag_name: 'v3.6.0',
    html_url: 'https://github.com/crynux-network/crynux-node/releases/tag/v3.6.0',
    published_at: '2026-10-20T00:00:00Z',
    assets,
    ...more,
  });

describe('the release page', () => {
  it("lists this system's files with their checksums", () => {
    const text = page([asset(DMG), asset('crynux-node-lithium-v3.6.0-base-windows-x64.zip'), asset('notes.txt')]);
    expect(releaseOf(text, 'darwin')).toMatchObject({ version: '3.6.0', files: [{ name: DMG, sizeBytes: 12, sha256: SHA }] });
    expect(releaseOf(text, 'linux').files).toEqual([]);
  });

  it('leads nowhere else, and states no checksum that it does not have', () => {
    const elsewhere = asset(DMG, { browser_download_url: `https://evil.example/${DMG}` });
    expect(releaseOf(page([elsewhere]), 'darwin').files).toEqual([]);
    expect(releaseOf(page([asset(DMG, { digest: 'md5:abc' })]), 'darwin').files).toMatchObject([{ sha256: null }]);
    expect(releaseOf(page([], { html_url: 'https://evil.example/' }), 'darwin').pageUrl).toMatch(/^https:\/\/github\.com\//);
  });

  it.each([['<html>log in</html>'], ['[]'], [page([asset('../../etc/passwd.dmg')])]])('%s is not a release', (text) => {
    expect(() => releaseOf(text, 'darwin')).toThrow(expect.objectContaining({ code: 'OFFICIAL_RELEASE_UNREADABLE' }));
  });
});

function rig(download: (input: DownloadFileInput) => Promise<void>, assets = [asset(DMG)]) {
  const asked: DownloadFileInput[] = [];
  const official = createOfficialFetch({
    folder: '/data/downloads',
    policy: async () => environmentPolicy(),
    clock: new ManualClock(0),
    platform: 'darwin',
    read: async () => releaseOf(page(assets), 'darwin'),
    download: (input) => {
      asked.push(input);
      return download(input);
    },
  });
  const seen: OfficialDownload['kind'][] = [];
  const ended = new Promise<OfficialDownload>((resolve) => {
    official.watch((state) => {
      seen.push(state.kind);
      if (['done', 'cancelled', 'failed'].includes(state.kind)) resolve(state);
    });
  });
  return { official, asked, seen, ended };
}

describe('fetching the package', () => {
  it('takes address and checksum from the page, reports progress, and says where the file is', async () => {
    const { official, asked, seen, ended } = rig(async ({ onProgress, onVerifying }) => {
      onProgress?.({ receivedBytes: 6, totalBytes: 12, bytesPerSecond: 3 });
      onVerifying?.();
    });
    await official.start(DMG);
    expect(await ended).toEqual({ kind: 'done', name: DMG, path: `/data/downloads/${DMG}`, sha256: SHA });
    expect(asked).toMatchObject([{ url: expect.stringContaining('/releases/download/v3.6.0/'), sha256: SHA, sizeBytes: 12 }]);
    expect(seen).toEqual(['downloading', 'downloading', 'verifying', 'done']);
  });

  it('refuses a name that is not on the page, and a file without a checksum', async () => {
    const { official, asked } = rig(async () => {}, [asset(DMG, { digest: null })]);
    await expect(official.start('other.dmg')).rejects.toMatchObject({ code: 'OFFICIAL_FILE_UNKNOWN' });
    await expect(official.start(DMG)).rejects.toMatchObject({ code: 'OFFICIAL_FILE_UNKNOWN' });
    expect([asked, official.state()]).toEqual([[], { kind: 'none' }]);
  });

  it('stops when told to, and can start again', async () => {
    const { official, asked, ended } = rig(
      ({ signal }) => new Promise((_, reject) => signal?.addEventListener('abort', () => reject(new Error('stopped')))),
    );
    await official.start(DMG);
    await official.start(DMG);
    expect(asked).toHaveLength(1);
    await official.stop();
    expect(await ended).toEqual({ kind: 'cancelled', name: DMG });
    await official.start(DMG);
    expect(official.state().kind).toBe('downloading');
    await official.stop();
  });

  it('reports that a file other than the one on the page was discarded', async () => {
    const { official, ended } = rig(async () => {
      throw new EngineError('MODEL_CORRUPT', 'not the expected SHA-256');
    });
    await official.start(DMG);
    expect(await ended).toMatchObject({ kind: 'failed', error: { code: 'OFFICIAL_FETCH_WRONG' } });
  });
});
