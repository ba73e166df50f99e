import {
  CircleHelp,
  CirclePause,
  CirclePlay,
  CircleSlash,
  CircleStop,
  Hourglass,
  LoaderCircle,
  Lock,
  LogOut,
  type LucideIcon,
  OctagonAlert,
  RefreshCw,
  ShieldX,
  Unplug,
} from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { LifeState } from '../../contract/truth/life-state.ts';
import type { NodeTruth } from '../../contract/truth/node-truth.ts';
import { Badge } from '../ui/badge.tsx';

export const LIFE_ICONS: Readonly<Record<LifeState, LucideIcon>> = {
  stopped: CircleStop,
  locked: Lock,
  failed: OctagonAlert,
  restarting: RefreshCw,
  starting: LoaderCircle,
  notCleared: OctagonAlert,
  staking: LoaderCircle,
  awaitingStake: Hourglass,
  waiting: CirclePlay,
  executing: CirclePlay,
  cutOff: Unplug,
  held: CirclePause,
  pausing: CirclePause,
  paused: CirclePause,
  leaving: LogOut,
  returning: Hourglass,
  out: CircleStop,
  dropped: CircleSlash,
  slashed: ShieldX,
  kickedOut: CircleSlash,
  stopping: LoaderCircle,
  unknown: CircleHelp,
};

export function NodeStatusBadge({ truth: { life, tone } }: { readonly truth: Pick<NodeTruth, 'life' | 'tone'> }) {
  const { t } = useTranslation();
  return (
    <Badge tone={tone} icon={LIFE_ICONS[life]}>
      {t(`nodeState.${life}`)}
    </Badge>
  );
}
