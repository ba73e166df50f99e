import { Download, RefreshCw } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { OFFICIAL_PLACES, type OfficialDownload, type OfficialRelease } from '../../../contract/first-run.ts';
import type { EngineView } from '../../../contract/host-contract.ts';
import { useAct, useHostRead } from '../../rpc/hooks.ts';
import { useApp, useHostClient } from '../../state/app-context.ts';
import { createWatched, feedWatched } from '../../state/watched.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { FolderField } from '../../ui/folder-field.tsx';
import { CopyButton } from '../../ui/hash.tsx';
import { OutsideLink } from '../../ui/outside-link.tsx';
import { sizeText } from '../../ui/save-file.ts';
import { Time } from '../../ui/time.tsx';
import { Working } from '../../ui/working.tsx';

export interface WorkerSourceProps {
  readonly network: string;
  /** Installations that exist but cannot be used, each with its reason. */
  readonly broken: readonly EngineView[];
  readonly onRefresh: () => void;
}

/** The texts for a system, keyed by the host's name for it. */
const SYSTEM_TEXTS: Readonly<Record<string, 'windows' | 'mac'>> = { win32: 'windows', darwin: 'mac' };

/** Where to get the official worker on this system: fetched and checked here, or from the network's own pages. */
export function WorkerSource({ network, broken, onRefresh }: WorkerSourceProps) {
  const { t } = useTranslation(['firstRun', 'settings']);
  const host = useHostClient();
  const info = useHostRead('app', (client, signal) => client.app.info({}, { signal }));
  const inspect = useAct(async (chosen: string) => {
    await host().engines.inspect({ chosen });
    onRefresh();
  });
  const system = SYSTEM_TEXTS[info.value?.platform ?? ''] ?? 'linux';
  return (
    <section aria-label={t('worker.title')} className="flex flex-col gap-3 rounded-md border border-line bg-raised p-4">
      <div>
        <h3 className="font-semibold">{t('worker.title')}</h3>
        <p className="text-soft">{t('worker.why', { network })}</p>
      </div>
      {broken.map((engine) => (
        <div key={engine.path}>
          <code className="font-mono text-[13px] break-all text-faint">{engine.path}</code>
          {engine.problem !== null && <ErrorNote error={engine.problem} />}
        </div>
      ))}
      {info.value !== null && (
        <ol className="flex list-decimal flex-col gap-3 pl-5">
          <li>
            <p>{t(`worker.get.${system}`)}</p>
            <p className="mt-1 flex flex-wrap gap-x-4 gap-y-1">
              <OutsideLink url={OFFICIAL_PLACES.releases} text={t('worker.releases')} />
              <OutsideLink url={OFFICIAL_PLACES.guide} text={t('worker.guide')} />
              {system === 'linux' && <OutsideLink url={OFFICIAL_PLACES.compose} text={t('worker.compose')} />}
            </p>
            <LatestRelease />
          </li>
          <li>{t(`worker.unpack.${system}`)}</li>
          <li>
            <div className="flex flex-col gap-2">
              <p>{t('worker.look')}</p>
              <FolderField
                label={t('settings:engines.folder')}
                hint={t('settings:engines.inspectHint')}
                byCommand={t('settings:engines.byCommand')}
                kind="engine"
                path=""
                onChosen={({ token }) => void inspect.run(token)}
              />
              <Button icon={RefreshCw} className="self-start" onClick={onRefresh}>
                {t('worker.again')}
              </Button>
              {inspect.error && <ErrorNote error={inspect.error} />}
            </div>
          </li>
        </ol>
      )}
    </section>
  );
}

/** Runs on a click only: nothing on the internet is contacted without one. */
function LatestRelease() {
  const { t } = useTranslation('firstRun');
  const [wanted, setWanted] = useState(false);
  const read = useHostRead(`release ${wanted}`, async (client, signal) =>
    wanted ? client.engines.release({}, { signal }) : null,
  );
  return (
    <div className="mt-2 flex flex-col gap-2">
      {read.value === null && (
        <Button className="self-start" busy={wanted && read.loading} onClick={() => (wanted ? read.reload() : setWanted(true))}>
          {t('worker.read')}
        </Button>
      )}
      {wanted && read.loading && <Working label={t('worker.reading')} onCancel={read.cancel} />}
      {read.error && <ErrorNote error={read.error} />}
      {read.value !== null && <ReleaseFiles release={read.value} />}
    </div>
  );
}

function ReleaseFiles({ release }: { readonly release: OfficialRelease }) {
  const { t } = useTranslation('firstRun');
  const host = useHostClient();
  const state = useOfficialDownload();
  const download = useAct(async (name: string) => host().engines.fetch({ name }));
  const busy = state.kind === 'downloading' || state.kind === 'verifying';
  return (
    <>
      <p className="text-soft">
        {t('worker.newest', { version: release.version })} <Time atMs={release.publishedMs} />
      </p>
      {release.files.length === 0 && <p>{t('worker.noFile')}</p>}
      <ul className="flex flex-col gap-2">
        {release.files.map(({ name, sizeBytes, sha256 }) => (
          <li key={name} className="flex flex-wrap items-center gap-x-3 gap-y-1">
            <span className="min-w-0 flex-1 basis-80">
              <span className="break-all">{name}</span>{' '}
              <span className="text-[13px] text-faint tabular-nums">
                {sizeText(sizeBytes)}
                {sha256 === null && ` · ${t('worker.noChecksum')}`}
              </span>
            </span>
            {sha256 !== null && (
              <Button icon={Download} small disabled={busy} onClick={() => void download.run(name)}>
                {t('worker.fetch')}
              </Button>
            )}
          </li>
        ))}
      </ul>
      <DownloadStatus state={state} />
      {download.error && <ErrorNote error={download.error} />}
    </>
  );
}

function DownloadStatus({ state }: { readonly state: OfficialDownload }) {
  const { t } = useTranslation('firstRun');
  const host = useHostClient();
  const stop = useAct(async () => host().engines.stopFetch({}));
  switch (state.kind) {
    case 'none':
      return null;
    case 'downloading':
    case 'verifying': {
      const { bytes, total } = state;
      const parts = { bytes: sizeText(bytes), total: sizeText(total) };
      const speed = state.kind === 'downloading' ? sizeText(Math.round(state.bytesPerSecond)) : '';
      return (
        <Working
          label={state.kind === 'verifying' ? t('worker.verifying') : t('worker.fetching', { ...parts, speed })}
          value={total === 0 ? null : bytes / total}
          onCancel={() => void stop.run()}
        />
      );
    }
    case 'cancelled':
      return <p role="status">{t('worker.cancelled')}</p>;
    case 'failed':
      return <ErrorNote error={state.error} />;
    case 'done':
      return (
        <div role="status" className="flex flex-col gap-1 text-good">
          <p>{t('worker.done')}</p>
          <p className="flex items-center gap-1 text-ink">
            <code className="font-mono text-[13px] break-all">{state.path}</code>
            <CopyButton text={state.path} what={t('worker.path')} />
          </p>
          <p className="text-[13px] break-all text-faint">SHA-256 {state.sha256}</p>
        </div>
      );
  }
}

function useOfficialDownload(): OfficialDownload {
  const { host } = useApp();
  const [store] = useState(() => createWatched<OfficialDownload>());
  useEffect(() => feedWatched(store, host, (client, signal) => client.engines.watchFetch({}, { signal })), [store, host]);
  return useStore(store, ({ value }) => value) ?? { kind: 'none' };
}
