import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { KeyView } from '../../../contract/keys.ts';
import { useHostRead } from '../../rpc/hooks.ts';
import { useNode } from '../../state/app-context.ts';
import { Badge } from '../../ui/badge.tsx';
import { Card } from '../../ui/card.tsx';
import { CopyButton } from '../../ui/hash.tsx';
import { BACKUP_TONES, type BackupState, backupState } from '../keys/backup-badge.tsx';

export interface AddressesCardProps {
  /** Null = not set; `unknown` = the chain has not been read. */
  readonly benefitAddress: string | null;
  readonly hasChain: boolean;
}

export function AddressesCard({ benefitAddress, hasChain }: AddressesCardProps) {
  const { t } = useTranslation('wallet');
  const { profile } = useNode();
  const { address } = profile.profile;
  const unset = benefitState(benefitAddress);
  const hint = hasChain ? 'nodeHint' : profile.networkMode === 'chain' ? 'nodeHintOnChain' : 'nodeHintOffChain';
  return (
    <Card title={t('addresses.title')}>
      <dl className="flex flex-col gap-2.5">
        <AddressLine name={t('addresses.node')} hint={t(`addresses.${hint}`)}>
          <FullAddress value={address} what={t('addresses.node')} />
        </AddressLine>
        {hasChain && (
          <AddressLine name={t('addresses.benefit')} hint={t('addresses.benefitHint')}>
            {unset === null ? (
              <FullAddress value={benefitAddress ?? ''} what={t('addresses.benefit')} />
            ) : (
              <span className="text-faint">{t(`addresses.${unset}`)}</span>
            )}
          </AddressLine>
        )}
        <AddressLine name={t('addresses.key')}>
          <KeyState address={address} networkId={profile.profile.networkId} />
        </AddressLine>
      </dl>
    </Card>
  );
}

function AddressLine({ name, hint, children }: { readonly name: string; readonly hint?: string; readonly children: ReactNode }) {
  return (
    <div className="grid gap-x-4 sm:grid-cols-[11rem_1fr]">
      <dt className="text-faint">{name}</dt>
      <dd className="min-w-0">
        {children}
        {hint !== undefined && <p className="text-[13px] text-faint">{hint}</p>}
      </dd>
    </div>
  );
}

/** Shown in full, so that it can be compared to the last digit. */
function FullAddress({ value, what }: { readonly value: string; readonly what: string }) {
  return (
    <span className="flex items-center gap-1">
      <code className="min-w-0 font-mono text-[0.92em] break-all">{value}</code>
      <CopyButton text={value} what={what} />
    </span>
  );
}

function KeyState({ address, networkId }: { readonly address: string; readonly networkId: string }) {
  const { t } = useTranslation('wallet');
  const keys = useHostRead('keys', (client, signal) => client.keys.list({}, { signal }));
  const networks = useHostRead('networks', (client, signal) => client.networks.list({}, { signal }));
  if (keys.value === null || networks.value === null) return <span className="text-faint">…</span>;
  const key = keys.value.keys.find((each) => each.address.toLowerCase() === address.toLowerCase());
  const isLocal = networks.value.networks.some(({ id, origin }) => id === networkId && origin === 'local');
  const word = keyState(key, isLocal);
  if (key === undefined) return <span className={isLocal ? 'text-soft' : 'text-warn'}>{t(`addresses.${word}`)}</span>;
  return (
    <span className="flex flex-wrap items-center gap-2">
      <Badge tone={BACKUP_TONES[backupState(key)]}>{t(`addresses.${word}`)}</Badge>
      <span className="text-soft">{t(`addresses.store.${key.store}`)}</span>
      {!key.backedUp && (
        <Link to="/settings/keys" className="text-accent underline">
          {t(key.imported ? 'addresses.proveCopy' : 'addresses.backUp')}
        </Link>
      )}
    </span>
  );
}

/** Null = not set in the contract; `unknown` = not read yet. An address needs no text. */
export function benefitState(address: string | null): 'notSet' | 'notRead' | null {
  if (address === null) return 'notSet';
  return address === 'unknown' ? 'notRead' : null;
}

/** `key`: a key on this machine. A key of the local network is stored elsewhere and needs no backup. */
export function keyState(
  key: Pick<KeyView, 'backedUp' | 'imported'> | undefined,
  isLocal: boolean,
): 'localKey' | 'unknownKey' | BackupState {
  if (key === undefined) return isLocal ? 'localKey' : 'unknownKey';
  return backupState(key);
}
