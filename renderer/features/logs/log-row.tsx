import { clsx } from 'clsx';
import { Bug, ChevronDown, ChevronRight, CircleX, Info, type LucideIcon, TriangleAlert } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { LogLevel, LogLine } from '../../../contract/logs.ts';
import { TASK_STATUSES, type TaskStatus } from '../../../protocol/tasks/status.ts';
import { nodePath } from '../../app/screens.ts';
import { useHostText } from '../../errors/use-host-text.ts';
import { useNode } from '../../state/app-context.ts';
import { shortHash } from '../../ui/hash.tsx';
import { clockTime, exactTime } from '../../ui/time.tsx';
import { prettyJson } from '../tasks/task-facts.tsx';
import { type LogTexts, logFacts, logSentence } from './log-text.ts';

const LEVEL_STYLES: Readonly<Record<LogLevel, { readonly icon: LucideIcon; readonly text: string }>> = {
  debug: { icon: Bug, text: 'text-faint' },
  info: { icon: Info, text: 'text-faint' },
  warn: { icon: TriangleAlert, text: 'text-warn' },
  error: { icon: CircleX, text: 'text-bad' },
};

export interface LogRowProps {
  readonly line: LogLine;
  readonly open: boolean;
  readonly onToggle: () => void;
}

export function LogRow({ line, open, onToggle }: LogRowProps) {
  const { t, i18n } = useTranslation('logs');
  const { profile } = useNode();
  const { icon: Icon, text } = LEVEL_STYLES[line.level];
  const Chevron = open ? ChevronDown : ChevronRight;
  const sentence = useSentence(line);
  const facts = useFacts(line);
  return (
    <div className={clsx('px-3 text-[13px]', line.level === 'error' && 'bg-bad-wash')}>
      <div className="flex min-h-7 items-center gap-2">
        <button
          type="button"
          aria-expanded={open}
          aria-label={t(open ? 'hideDetails' : 'showDetails')}
          className="inline-flex size-5 shrink-0 items-center justify-center rounded text-faint hover:bg-raised"
          onClick={onToggle}
        >
          <Chevron aria-hidden className="size-3.5" />
        </button>
        <time
          dateTime={new Date(line.atMs).toISOString()}
          title={exactTime(line.atMs, i18n.language)}
          className="shrink-0 font-mono text-xs text-faint"
        >
          {clockTime(line.atMs, i18n.language)}
        </time>
        <span className={clsx('inline-flex w-20 shrink-0 items-center gap-1', text)}>
          <Icon aria-hidden className="size-3.5 shrink-0" />
          {t(`levels.${line.level}`)}
        </span>
        <span className={clsx('min-w-0 flex-1', open ? 'break-words' : 'truncate')}>
          {sentence.text}
          {sentence.error !== null && <span className={clsx('ml-2', text)}>{sentence.error}</span>}
          {facts.length > 0 && <span className="ml-2 text-soft">{facts.join(' · ')}</span>}
        </span>
        {line.task !== null && (
          <Link
            to={nodePath(profile.profile.id, 'tasks', `task=${line.task}`)}
            title={t('openTask')}
            className="shrink-0 font-mono text-xs text-accent hover:underline"
          >
            {shortHash(line.task)}
          </Link>
        )}
      </div>
      {open && <LineDetails line={line} />}
    </div>
  );
}

/** In the host's language. */
function useSentence(line: LogLine): ReturnType<typeof logSentence> {
  const { i18n } = useTranslation();
  const textOf = useHostText();
  const messages = (i18n.getResourceBundle(i18n.language, 'logMessages') as LogTexts['messages'] | undefined) ?? {};
  return logSentence(line, { messages, meaning: (code, data) => textOf({ code, message: '', data }).meaning });
}

function useFacts(line: LogLine): readonly string[] {
  const { t } = useTranslation(['logs', 'common']);
  return logFacts(line).map(({ name, value, limit = '' }) => {
    if (name === 'as') return t('facts.as', { value: isStatus(value) ? t(`common:taskStatus.${value}`) : value });
    return t(`facts.${name}`, { value: name === 'transaction' ? shortHash(value) : value, limit });
  });
}

function isStatus(value: string): value is TaskStatus {
  return (TASK_STATUSES as readonly string[]).includes(value);
}

function LineDetails({ line }: { readonly line: LogLine }) {
  const { t, i18n } = useTranslation(['logs', 'common']);
  const textOf = useHostText();
  const entry = line.code === null ? null : textOf({ code: line.code, message: '' });
  return (
    <div className="flex flex-col gap-1 pb-2 pl-7">
      <span className="text-faint">{exactTime(line.atMs, i18n.language)}</span>
      {entry !== null && entry.meaning !== null && (
        <p>
          {entry.meaning}{' '}
          <span className="text-soft">
            {t('common:error.remedy')}: {entry.remedy}
          </span>
        </p>
      )}
      {line.code !== null && <code className="font-mono text-xs text-faint">{line.code}</code>}
      <pre className="overflow-x-auto rounded-md bg-raised p-2 font-mono text-xs break-words whitespace-pre-wrap">
        {prettyJson(line.details)}
      </pre>
    </div>
  );
}
