import {
  CirclePause,
  CirclePlay,
  CircleSlash,
  CircleStop,
  LoaderCircle,
  Lock,
  type LucideIcon,
  OctagonAlert,
  RefreshCw,
  ShieldX,
} from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { NodeStatus, StatusWord } from '../state/node-status.ts';
import { Badge } from '../ui/badge.tsx';

export const STATUS_ICONS: Readonly<Record<StatusWord, LucideIcon>> = {
  stopped: CircleStop,
  locked: Lock,
  starting: LoaderCircle,
  running: CirclePlay,
  executing: CirclePlay,
  pausing: CirclePause,
  paused: CirclePause,
  stopping: LoaderCircle,
  backoff: RefreshCw,
  slashed: ShieldX,
  kickedOut: CircleSlash,
  failed: OctagonAlert,
};

export function NodeStatusBadge({ word, tone }: NodeStatus) {
  const { t } = useTranslation();
  return (
    <Badge tone={tone} icon={STATUS_ICONS[word]}>
      {t(`nodeState.${word}`)}
    </Badge>
  );
}
