import { useNode } from '../../state/app-context.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { RunningNodeOnly } from '../../ui/running-node-only.tsx';
import { WhyNoTasks } from '../trust/why-no-tasks.tsx';

/** Every condition of the network, one click away from the idle state. */
export function NoTasksDialog({ open, onClose }: { readonly open: boolean; readonly onClose: () => void }) {
  const { profile } = useNode();
  return (
    <Dialog drawer open={open} onClose={onClose} title={profile.profile.name}>
      <RunningNodeOnly>
        <WhyNoTasks />
      </RunningNodeOnly>
    </Dialog>
  );
}
