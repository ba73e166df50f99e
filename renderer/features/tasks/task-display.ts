/** How tasks are shown in short: tone and icon of a state, the kind of result, what they earned. */
import {
  Ban,
  CircleCheck,
  CircleX,
  Clock,
  FileQuestion,
  Hourglass,
  Image,
  LoaderCircle,
  type LucideIcon,
  MessageSquareText,
  PackageCheck,
  TriangleAlert,
} from 'lucide-react';
import type { TaskRow } from '../../../contract/tasks.ts';
import { isTerminal, type TaskStatus } from '../../../protocol/tasks/status.ts';
import type { Tone } from '../../ui/badge.tsx';

interface StatusLook {
  readonly tone: Tone;
  readonly icon: LucideIcon;
}

const END_LOOKS: Readonly<Partial<Record<TaskStatus, StatusLook>>> = {
  EndSuccess: { tone: 'good', icon: CircleCheck },
  EndGroupSuccess: { tone: 'good', icon: CircleCheck },
  EndGroupRefund: { tone: 'good', icon: CircleCheck },
  EndInvalidated: { tone: 'bad', icon: CircleX },
  EndAborted: { tone: 'warn', icon: Ban },
};

/** For a state in the list and in the graph. */
export function statusLook(status: TaskStatus): StatusLook {
  return (
    END_LOOKS[status] ?? { tone: status === 'ErrorReported' ? 'warn' : 'info', icon: status === 'Queued' ? Clock : LoaderCircle }
  );
}

export type ResultKind = 'none' | 'executing' | 'scored' | 'image' | 'text' | 'delivered' | 'invalid' | 'failed';

export function taskResult(row: TaskRow): { readonly kind: ResultKind; readonly icon: LucideIcon } {
  if (row.error !== null)
    return row.local === 'invalid' ? { kind: 'invalid', icon: FileQuestion } : { kind: 'failed', icon: TriangleAlert };
  if (row.score === null) return isTerminal(row.status) ? { kind: 'none', icon: Ban } : { kind: 'executing', icon: Hourglass };
  if (row.type === 'StableDiffusion') return { kind: 'image', icon: Image };
  return row.type === 'Llm' ? { kind: 'text', icon: MessageSquareText } : { kind: 'delivered', icon: PackageCheck };
}

/** A model without its kind and owner, which is enough to tell models apart. */
export function shortModelName(id: string): string {
  return id.replace(/^\w+:/, '').split('/').at(-1) ?? id;
}

/** A running task's duration so far; null if the network has not started it. */
export function taskDuration(row: TaskRow, nowMs: number): number | null {
  if (row.durationMs !== null) return row.durationMs;
  return row.startTimeMs === null || isTerminal(row.status) ? null : Math.max(0, nowMs - row.startTimeMs);
}
