import { useTranslation } from 'react-i18next';
import { CopyButton } from '../../ui/hash.tsx';

const TOKEN = 'crynux-node access create my-desk --role operate';
const TUNNEL = 'ssh -N -L 7421:127.0.0.1:7420 HOST';
const POD = 'kubectl port-forward statefulset/NAME 7421:7420';

/** How to prepare another program to be watched. */
export function AddHow() {
  const { t } = useTranslation('fleet');
  return (
    <ol className="flex list-decimal flex-col gap-2.5 pl-5 text-left">
      <li>
        {t('how.token')}
        <Line text={TOKEN} />
      </li>
      <li>
        {t('how.way')}
        <Line text={TUNNEL} />
        <Line text={POD} />
        <p className="mt-1 text-[13px] text-faint">{t('how.ingress')}</p>
      </li>
      <li>{t('how.add')}</li>
    </ol>
  );
}

function Line({ text }: { readonly text: string }) {
  const { t } = useTranslation('fleet');
  return (
    <div className="mt-1 flex items-center gap-2 rounded-md bg-raised px-2.5 py-1">
      <code className="min-w-0 flex-1 overflow-x-auto font-mono text-xs whitespace-nowrap">{text}</code>
      <CopyButton text={text} what={t('how.command')} />
    </div>
  );
}
