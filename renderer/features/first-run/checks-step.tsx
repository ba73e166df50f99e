import { RefreshCw } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { ProfileDraftInput } from '../../../contract/profiles.ts';
import { useHostRead } from '../../rpc/hooks.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { Progress } from '../../ui/progress.tsx';
import { PreflightList } from '../checks/preflight-list.tsx';
import { draftOf, openSteps } from './choices.ts';
import { StepHead, type StepPart } from './step-part.tsx';

export function ChecksStep({ choices }: StepPart) {
  const { t } = useTranslation('firstRun');
  const draft = draftOf(choices);
  return (
    <>
      <StepHead title={t('checks.title')} lead={t('checks.lead')} />
      {draft === null ? (
        <div>
          <p>{t('checks.missing')}</p>
          <ul className="mt-1 flex flex-wrap gap-4">
            {openSteps(choices).map((step) => (
              <li key={step}>
                <Link to={`/first-run/${step}`} className="text-accent underline">
                  {t(`steps.${step}`)}
                </Link>
              </li>
            ))}
          </ul>
        </div>
      ) : (
        <Report draft={draft} />
      )}
    </>
  );
}

function Report({ draft }: { readonly draft: ProfileDraftInput }) {
  const { t } = useTranslation('firstRun');
  const read = useHostRead(`check ${JSON.stringify(draft)}`, (client, signal) => client.profiles.check({ draft }, { signal }));
  return (
    <>
      {read.loading && <Progress value={null} label={t('checks.running')} />}
      {read.error && <ErrorNote error={read.error} />}
      {read.value !== null && (
        <>
          <p role="status" className="font-medium">
            {t(read.value.mayStart ? 'checks.may' : 'checks.mayNot')}
          </p>
          <PreflightList report={read.value} />
        </>
      )}
      <Button icon={RefreshCw} className="self-start" busy={read.loading} onClick={read.reload}>
        {t(read.loading ? 'checks.running' : 'checks.run')}
      </Button>
    </>
  );
}
