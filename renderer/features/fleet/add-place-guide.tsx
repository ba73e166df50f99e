import { useTranslation } from 'react-i18next';
import { CopyButton } from '../../ui/hash.tsx';

const TOKEN_COMMAND = 'crynux-node access create my-desk --role operate';
const TUNNEL_COMMAND = 'ssh -N -L 7421:127.0.0.1:7420 HOST';
const POD_COMMAND = 'kubectl port-forward statefulset/NAME 7421:7420';

/** How to prepare another program to be watched. */
export function AddPlaceGuide() {
  const { t } = useTranslation('fleet');
  return (
    <ol className="flex list-decimal flex-col gap-2.5 pl-5 text-left">
      <li>
        {t('how.token')}
        <CommandLine text={TOKEN_COMMAND} />
      </li>
      <li>
        {t('how.way')}
        <CommandLine text={TUNNEL_COMMAND} />
        <CommandLine text={POD_COMMAND} />
        <p className="mt-1 text-[13px] text-faint">{t('how.ingress')}</p>
      </li>
      <li>{t('how.add')}</li>
    </ol>
  );
}

function CommandLine({ text }: { readonly text: string }) {
  const { t } = useTranslation('fleet');
  return (
    <div className="mt-1 flex items-center gap-2 rounded-md bg-raised px-2.5 py-1">
      <code className="min-w-0 flex-1 overflow-x-auto font-mono text-xs whitespace-nowrap">{text}</code>
      <CopyButton text={text} what={t('how.command')} />
    </div>
  );
}
