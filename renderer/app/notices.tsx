import { TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ErrorView } from '../../contract/worker-channel.ts';
import { useHostText } from '../errors/use-host-text.ts';
import { useHostRead } from '../rpc/hooks.ts';
import { Button } from '../ui/button.tsx';

/** What was repaired when the program opened its files, such as a file replaced by its backup. Shown until dismissed. */
export function Notices() {
  const { t } = useTranslation();
  const read = useHostRead('notices', (client, signal) => client.app.info({}, { signal }));
  const [dismissed, setDismissed] = useState(false);
  const notices = read.value?.notices ?? [];
  if (dismissed || notices.length === 0) return null;
  return (
    <section aria-label={t('notices.title')} className="flex gap-3 border-b border-line bg-warn-wash px-5 py-3">
      <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-warn" />
      <div className="flex min-w-0 flex-1 flex-col gap-2">
        {notices.map((notice) => (
          <Notice key={`${notice.code} ${notice.message}`} notice={notice} />
        ))}
      </div>
      <Button small onClick={() => setDismissed(true)}>
        {t('do.dismiss')}
      </Button>
    </section>
  );
}

function Notice({ notice }: { readonly notice: ErrorView & { readonly remedy: string } }) {
  const { t } = useTranslation();
  const text = useHostText()(notice);
  return (
    <div className="flex flex-col gap-1">
      <p className="font-medium text-warn">{text.meaning ?? notice.message}</p>
      <p className="break-words text-soft">{text.quote}</p>
      <p>
        <span className="font-medium">{t('error.remedy')}:</span> {text.remedy ?? notice.remedy}
      </p>
    </div>
  );
}
