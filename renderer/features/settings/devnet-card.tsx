import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { useAct } from '../../rpc/hooks.ts';
import { useApp, useHostClient } from '../../state/app-context.ts';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';

/** The local network, with a switch to start and stop it. */
export function DevnetCard() {
  const { t } = useTranslation('settings');
  const host = useHostClient();
  const state = useStore(useApp().devnet, ({ value }) => value);
  const toggle = useAct(async (stop: boolean) => (stop ? host().devnet.stop({}) : host().devnet.start({})));
  if (state === null) return null;
  const runs = state.kind === 'running';
  return (
    <Card title={t('networks.devnet')}>
      <div className="flex flex-wrap items-center justify-between gap-3">
        <p role="status">{t(`networks.devnetState.${state.kind}`, { url: runs ? state.relayUrl : '' })}</p>
        <Button busy={toggle.busy || state.kind === 'starting'} onClick={() => void toggle.run(runs)}>
          {t(runs ? 'networks.devnetStop' : 'networks.devnetStart')}
        </Button>
      </div>
      {state.kind === 'failed' && <ErrorNote error={state.error} />}
      {toggle.error && <ErrorNote error={toggle.error} />}
    </Card>
  );
}
