import { useTranslation } from 'react-i18next';
import { type Profile, type ProfileView, profileDraftSchema } from '../../../contract/profiles.ts';
import { useHostRead } from '../../rpc/hooks.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { Progress } from '../../ui/progress.tsx';
import { PreflightList } from '../checks/preflight-list.tsx';

/** What would keep a node from its next start, each with its fix. */
export function ProfileChecksDialog({ view, onClose }: { readonly view: ProfileView | null; readonly onClose: () => void }) {
  const { t } = useTranslation('settings');
  return (
    <Dialog open={view !== null} onClose={onClose} title={t('nodes.checksTitle', { name: view?.profile.name ?? '' })}>
      {view !== null && <CheckReport profile={view.profile} />}
    </Dialog>
  );
}

function CheckReport({ profile }: { readonly profile: Profile }) {
  const { t } = useTranslation('firstRun');
  const read = useHostRead(`check ${profile.id}`, (client, signal) =>
    client.profiles.check({ draft: profileDraftSchema.parse(profile) }, { signal }),
  );
  return (
    <div className="flex flex-col gap-3">
      {read.loading && <Progress value={null} label={t('checks.running')} />}
      {read.error && <ErrorNote error={read.error} />}
      {read.value !== null && <PreflightList report={read.value} />}
      <Button className="self-end" busy={read.loading} onClick={read.reload}>
        {t('checks.run')}
      </Button>
    </div>
  );
}
