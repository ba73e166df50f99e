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

interface Look {
  readonly tone: Tone;
  readonly icon: LucideIcon;
}

const ENDS: Readonly<Partial<Record<TaskStatus, Look>>> = {
  EndSuccess: { tone: 'good', icon: CircleCheck },
  EndGroupSuccess: { tone: 'good', icon: CircleCheck },
  EndGroupRefund: { tone: 'good', icon: CircleCheck },
  EndInvalidated: { tone: 'bad', icon: CircleX },
  EndAborted: { tone: 'warn', icon: Ban },
};

/** For a state in the list and in the graph. */
export function lookOf(status: TaskStatus): Look {
  return ENDS[status] ?? { tone: status === 'ErrorReported' ? 'warn' : 'info', icon: status === 'Queued' ? Clock : LoaderCircle };
}

export type ResultWord = 'none' | 'executing' | 'scored' | 'image' | 'text' | 'delivered' | 'invalid' | 'failed';

export function resultOf(row: TaskRow): { readonly word: ResultWord; readonly icon: LucideIcon } {
  if (row.error !== null)
    return row.local === 'invalid' ? { word: 'invalid', icon: FileQuestion } : { word: 'failed', icon: TriangleAlert };
  if (row.score === null) return isTerminal(row.status) ? { word: 'none', icon: Ban } : { word: 'executing', icon: Hourglass };
  if (row.type === 'StableDiffusion') return { word: 'image', icon: Image };
  return row.type === 'Llm' ? { word: 'text', icon: MessageSquareText } : { word: 'delivered', icon: PackageCheck };
}

/** A model without its kind and owner, which is enough to tell models apart. */
export function shortModel(id: string): string {
  return id.replace(/^\w+:/, '').split('/').at(-1) ?? id;
}

/** A running task's duration so far; null if the network has not started it. */
export function durationOf(row: TaskRow, nowMs: number): number | null {
  if (row.durationMs !== null) return row.durationMs;
  return row.startTimeMs === null || isTerminal(row.status) ? null : Math.max(0, nowMs - row.startTimeMs);
}
