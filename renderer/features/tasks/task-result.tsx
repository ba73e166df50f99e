import { Download } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { ResultRemoval } from '../../../contract/retention.ts';
import type { TaskDetail, TaskFile } from '../../../contract/tasks.ts';
import { llmResponseSchema } from '../../../protocol/engine/llm-response.ts';
import { isTerminal } from '../../../protocol/tasks/status.ts';
import { useNode } from '../../state/app-context.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { CopyButton, Hash } from '../../ui/hash.tsx';
import { decodeBase64, saveFile, sizeText } from '../../ui/save-file.ts';
import { exactTime } from '../../ui/time.tsx';
import { TaskImages, useTaskFile } from './task-images.tsx';

export function TaskResult({ detail }: { readonly detail: TaskDetail }) {
  const { t } = useTranslation('tasks');
  const { files, task, removed } = detail;
  if (files.length === 0)
    return <p className="text-faint">{t(isTerminal(task.status) ? 'drawer.resultNone' : 'drawer.resultPending')}</p>;
  const there = files.filter(({ present }) => present);
  const images = there.filter(({ kind }) => kind === 'image');
  const sent = task.local === 'uploaded' || task.local === 'closed';
  return (
    <div className="flex flex-col gap-3">
      {!sent && <p className="text-soft">{t('drawer.notUploaded')}</p>}
      {there.length === 0 &&
        (removed === null ? <p className="text-soft">{t('drawer.goneUnknown')}</p> : <RemovedNote removed={removed} />)}
      {images.length > 0 && <TaskImages commitment={task.commitment} files={images} />}
      {there
        .filter(({ kind }) => kind === 'text' || kind === 'other')
        .map((file) => (
          <TextFile key={file.position} commitment={task.commitment} file={file} />
        ))}
      <ul className="flex flex-col gap-1">
        {files.map((file) => (
          <FileLine key={`${file.kind} ${file.position}`} file={file} removalShown={there.length === 0} />
        ))}
      </ul>
    </div>
  );
}

/** Says that the settings removed it, which limit it was, and where to change it. */
function RemovedNote({ removed }: { readonly removed: ResultRemoval }) {
  const { t, i18n } = useTranslation('tasks');
  const { profile } = useNode();
  const { atMs, reason, policy } = removed;
  return (
    <p className="rounded-md border border-line bg-raised p-3">
      {reason === 'asked'
        ? t('drawer.removedAsked', { when: exactTime(atMs, i18n.language) })
        : reason === 'age'
          ? t('drawer.removedAge', { when: exactTime(atMs, i18n.language), count: policy.days })
          : t('drawer.removedSize', {
              when: exactTime(atMs, i18n.language),
              size: new Intl.NumberFormat(i18n.language).format(policy.resultsGib),
            })}{' '}
      <Link to={`/settings/nodes?edit=${profile.profile.id}`} className="text-accent underline">
        {t('drawer.removedSettings')}
      </Link>
    </p>
  );
}

function FileLine({ file, removalShown }: { readonly file: TaskFile; readonly removalShown: boolean }) {
  const { t } = useTranslation('tasks');
  return (
    <li className="flex flex-wrap items-center gap-x-3 text-[13px] text-faint">
      <span className="font-medium text-ink">
        {t(`fileKind.${file.kind}`)} {file.position + 1}
      </span>
      <span className="tabular-nums">{sizeText(file.sizeBytes)}</span>
      <span>
        {t('drawer.hash')} <Hash value={file.sha256} what={t('drawer.hash')} />
      </span>
      {!file.present && !removalShown && <span>{t('drawer.fileGone')}</span>}
    </li>
  );
}

function TextFile({ commitment, file }: { readonly commitment: string; readonly file: TaskFile }) {
  const { t } = useTranslation('tasks');
  const { value, error } = useTaskFile(commitment, file);
  if (error !== null) return <ErrorNote error={error} />;
  if (value === null) return <div aria-busy className="h-40 rounded-md bg-raised" />;
  const { mime, base64 } = value;
  if (base64 === null) return <p className="text-faint">{t('drawer.tooLarge', { size: sizeText(file.sizeBytes) })}</p>;
  const extension = mime === 'application/json' ? 'json' : mime === 'image/png' ? 'png' : 'bin';
  return (
    <div className="flex flex-col gap-2">
      {mime === 'application/json' || file.kind === 'text' ? (
        <LlmAnswer text={new TextDecoder().decode(decodeBase64(base64))} />
      ) : null}
      <div>
        <Button
          small
          tone="quiet"
          icon={Download}
          onClick={() => saveFile({ fileName: `${commitment.slice(2, 10)}-${file.position}.${extension}`, base64, mime })}
        >
          {t('drawer.saveFile')}
        </Button>
      </div>
    </div>
  );
}

/** A language model's answer as text; anything else as it is. */
function LlmAnswer({ text }: { readonly text: string }) {
  const { t } = useTranslation('tasks');
  const response = parseResponse(text);
  if (response === null) {
    return (
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
      <pre tabIndex={0} className="max-h-80 overflow-auto rounded-md bg-raised p-3 font-mono text-xs whitespace-pre-wrap">
        {text}
      </pre>
    );
  }
  const { prompt_tokens: read, completion_tokens: written } = response.usage;
  return (
    <>
      {response.choices.map(({ index, message, finish_reason }) => (
        <blockquote
          key={index}
          className="rounded-md border-l-4 border-accent bg-raised p-3 leading-relaxed break-words whitespace-pre-wrap"
        >
          {message.content}
          {message.tool_calls && <pre className="mt-2 font-mono text-xs">{JSON.stringify(message.tool_calls, null, 2)}</pre>}
          <footer className="mt-2 flex flex-wrap items-center gap-x-2 text-[13px] text-soft">
            <span>{response.model}</span>
            <span>{t(`drawer.finish.${finish_reason}`)}</span>
            <span>{t('drawer.tokens', { read, written })}</span>
            <CopyButton text={message.content} what={t('drawer.answer')} />
          </footer>
        </blockquote>
      ))}
    </>
  );
}

function parseResponse(text: string) {
  try {
    return llmResponseSchema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}
