import { useTranslation } from 'react-i18next';
import type { ProfileView } from '../../contract/profiles.ts';
import { useNetworkName } from '../ui/display-names.ts';
import { Hash } from '../ui/hash.tsx';
import { NodeSwitcher } from './node-switcher.tsx';

export function TopBar({ selected }: { readonly selected: ProfileView | null }) {
  const { t } = useTranslation();
  const nameOf = useNetworkName();
  const networkName = selected === null ? '' : nameOf({ id: selected.profile.networkId, title: selected.networkTitle });
  return (
    <header className="col-start-2 flex h-13 min-w-0 items-center justify-between gap-4 border-b border-line bg-surface px-4">
      {selected === null ? (
        <span />
      ) : (
        <>
          <NodeSwitcher selected={selected} />
          <dl className="flex min-w-0 shrink items-center gap-x-4">
            <div className="min-w-0 truncate text-soft">
              <dt className="sr-only">{t('frame.network')}</dt>
              <dd className="truncate" title={networkName}>
                {networkName}
              </dd>
            </div>
            <div className="text-soft">
              <dt className="sr-only">{t('frame.address')}</dt>
              <dd>
                <Hash value={selected.profile.address} what={t('frame.address')} />
              </dd>
            </div>
          </dl>
        </>
      )}
    </header>
  );
}
