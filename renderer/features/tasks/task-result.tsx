import { Download } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { TaskDetail, TaskFile } from '../../../contract/tasks.ts';
import { llmResponseSchema } from '../../../protocol/engine/llm-response.ts';
import { isTerminal } from '../../../protocol/tasks/status.ts';
import { useNodeRead } from '../../rpc/hooks.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { Hash } from '../../ui/hash.tsx';
import { bytesOf, saveFile, sizeText } from '../../ui/save-file.ts';

export function TaskResult({ detail }: { readonly detail: TaskDetail }) {
  const { t } = useTranslation('tasks');
  const { files, task } = detail;
  if (files.length === 0)
    return <p className="text-faint">{t(isTerminal(task.status) ? 'drawer.resultNone' : 'drawer.resultPending')}</p>;
  const sent = task.local === 'uploaded' || task.local === 'closed';
  return (
    <div className="flex flex-col gap-3">
      {!sent && <p className="text-soft">{t('drawer.notUploaded')}</p>}
      {files.map((file) => (
        <ResultFile key={`${file.kind} ${file.position}`} commitment={task.commitment} file={file} />
      ))}
    </div>
  );
}

interface ResultFileProps {
  readonly commitment: string;
  readonly file: TaskFile;
}

function ResultFile({ commitment, file }: ResultFileProps) {
  const { t } = useTranslation('tasks');
  return (
    <article className="flex flex-col gap-2">
      <p className="flex flex-wrap items-center gap-x-3 text-[13px] text-faint">
        <span className="font-medium text-ink">
          {t(`fileKind.${file.kind}`)} {file.position + 1}
        </span>
        <span className="tabular-nums">{sizeText(file.sizeBytes)}</span>
        <span>
          {t('drawer.hash')} <Hash value={file.sha256} what={t('drawer.hash')} />
        </span>
      </p>
      {!file.present ? (
        <p className="text-faint">{t('drawer.fileGone')}</p>
      ) : file.kind === 'checkpoint' ? null : (
        <Shown commitment={commitment} file={file} />
      )}
    </article>
  );
}

function Shown({ commitment, file }: ResultFileProps) {
  const { t } = useTranslation('tasks');
  const read = useNodeRead(`file ${commitment} ${file.position}`, (node, signal) =>
    node.tasks.file({ commitment: commitment as `0x${string}`, position: file.position }, { signal }),
  );
  if (read.error !== null) return <ErrorNote error={read.error} />;
  if (read.value === null) return <div className="h-40 rounded-md bg-raised" />;
  const { mime, base64 } = read.value;
  if (base64 === null) return <p className="text-faint">{t('drawer.tooLarge', { size: sizeText(file.sizeBytes) })}</p>;
  const save = (extension: string) => (
    <Button
      small
      tone="quiet"
      icon={Download}
      onClick={() => saveFile({ fileName: `${commitment.slice(2, 10)}-${file.position}.${extension}`, base64, mime })}
    >
      {t('drawer.saveFile')}
    </Button>
  );
  if (mime === 'image/png') {
    return (
      <>
        <Picture base64={base64} alt={t('drawer.imageAlt', { number: file.position + 1 })} />
        <div>{save('png')}</div>
      </>
    );
  }
  return (
    <>
      {mime === 'application/json' || file.kind === 'text' ? <Answer text={new TextDecoder().decode(bytesOf(base64))} /> : null}
      <div>{save(mime === 'application/json' ? 'json' : 'bin')}</div>
    </>
  );
}

function Picture({ base64, alt }: { readonly base64: string; readonly alt: string }) {
  const [url, setUrl] = useState<string | null>(null);
  useEffect(() => {
    const made = URL.createObjectURL(new Blob([bytesOf(base64)], { type: 'image/png' }));
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [base64]);
  return url === null ? null : <img src={url} alt={alt} className="max-h-96 w-fit max-w-full rounded-md border border-line" />;
}

/** A language model's answer as its words; anything else as it is. */
function Answer({ text }: { readonly text: string }) {
  const response = readResponse(text);
  if (response === null)
    return <pre className="max-h-80 overflow-auto rounded-md bg-raised p-3 font-mono text-xs whitespace-pre-wrap">{text}</pre>;
  return (
    <>
      {response.choices.map(({ index, message, finish_reason }) => (
        <blockquote key={index} className="rounded-md border-l-4 border-accent bg-raised p-3 whitespace-pre-wrap">
          {message.content}
          {message.tool_calls && <pre className="mt-2 font-mono text-xs">{JSON.stringify(message.tool_calls, null, 2)}</pre>}
          <footer className="mt-2 text-xs text-faint">
            {response.model} · {finish_reason} · {response.usage.prompt_tokens} + {response.usage.completion_tokens} tokens
          </footer>
        </blockquote>
      ))}
    </>
  );
}

function readResponse(text: string) {
  try {
    return llmResponseSchema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}
