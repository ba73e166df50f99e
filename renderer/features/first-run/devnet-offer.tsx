import { FlaskConical } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { useStore } from 'zustand';
import { nodePath } from '../../app/screens.ts';
import { useCancellableAct } from '../../rpc/hooks.ts';
import { useApp, useHostClient } from '../../state/app-context.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { Working } from '../../ui/working.tsx';

/** Sets up everything for a node on the local network in one click. */
export function DevnetOffer() {
  const { t } = useTranslation('firstRun');
  const navigate = useNavigate();
  const host = useHostClient();
  const devnet = useStore(useApp().devnet, ({ value }) => value);
  const create = useCancellableAct(async (signal) => {
    const { profile } = await host().profiles.createOnDevnet({ name: t('defaultName') }, { signal });
    await navigate(nodePath(profile.id, 'overview'));
    return profile;
  });
  // Once the network is running, the node is created, and that cannot be cancelled.
  const runs = devnet?.kind === 'running';
  return (
    <section aria-label={t('devnet.title')} className="flex flex-col gap-3 rounded-lg border border-line bg-accent-wash p-4">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <div className="flex min-w-0 flex-1 basis-80 items-start gap-3">
          <FlaskConical aria-hidden className="mt-0.5 size-5 shrink-0 text-accent" />
          <div>
            <h2 className="font-semibold">{t('devnet.title')}</h2>
            <p className="text-soft">{t('devnet.text')}</p>
          </div>
        </div>
        <Button tone="primary" busy={create.busy} onClick={() => void create.run()}>
          {t(create.busy ? 'devnet.busy' : 'devnet.action')}
        </Button>
      </div>
      {create.busy && (
        <Working
          label={t(runs ? 'devnet.making' : 'devnet.starting')}
          value={runs ? 0.75 : 0.2}
          onCancel={runs ? undefined : create.cancel}
        />
      )}
      {create.error && <ErrorNote error={create.error} />}
    </section>
  );
}
