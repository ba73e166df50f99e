/** The screens of a node, in the order of the rail. */
import { Activity, Boxes, Coins, Cpu, FileText, ListChecks, type LucideIcon, ShieldCheck, Wallet } from 'lucide-react';

export const NODE_SCREENS = ['overview', 'tasks', 'earnings', 'trust', 'gpus', 'models', 'wallet', 'logs'] as const;
export type NodeScreen = (typeof NODE_SCREENS)[number];

export const SCREEN_ICONS: Readonly<Record<NodeScreen, LucideIcon>> = {
  overview: Activity,
  tasks: ListChecks,
  earnings: Coins,
  trust: ShieldCheck,
  gpus: Cpu,
  models: Boxes,
  wallet: Wallet,
  logs: FileText,
};

/** The route of a node's screen; `search` is without the question mark. */
export function nodePath(profileId: string, screen: NodeScreen, search = ''): string {
  return `/node/${profileId}/${screen}${search === '' ? '' : `?${search}`}`;
}

export function isNodeScreen(value: string | undefined): value is NodeScreen {
  return (NODE_SCREENS as readonly (string | undefined)[]).includes(value);
}
