/** Names, in the reader's language, for what ships with this program; other networks and engines keep their own names. */
import { useTranslation } from 'react-i18next';

/** The id of the local network (host/networks). */
const LOCAL_NETWORK_ID = 'devnet';

export function useNetworkName(): (network: { readonly id: string; readonly title: string }) => string {
  const { t } = useTranslation();
  return ({ id, title }) => (id === LOCAL_NETWORK_ID ? t('ownName.devnet') : title);
}

export function useEngineName(): (engine: { readonly kind: 'embedded' | 'official' }) => string {
  const { t } = useTranslation();
  return ({ kind }) => t(`ownName.${kind}`);
}
