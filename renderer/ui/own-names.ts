/** Names of what this program brings itself, in the reader's language; a network or an engine of others keeps its own. */
import { useTranslation } from 'react-i18next';

/** Id of the network that runs on this machine (host/networks). */
const LOCAL = 'devnet';

export function useNetworkName(): (network: { readonly id: string; readonly title: string }) => string {
  const { t } = useTranslation();
  return ({ id, title }) => (id === LOCAL ? t('ownName.devnet') : title);
}

export function useEngineName(): (engine: { readonly kind: 'embedded' | 'official' }) => string {
  const { t } = useTranslation();
  return ({ kind }) => t(`ownName.${kind}`);
}
