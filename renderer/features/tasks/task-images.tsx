/** A result's images side by side; a click shows one as large as the window. */

import { ChevronLeft, ChevronRight, Download, Maximize2 } from 'lucide-react';
import { type KeyboardEvent, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { z } from 'zod';
import type { TaskFile, taskFileBytesSchema } from '../../../contract/tasks.ts';
import { type Loaded, useNodeRead } from '../../rpc/hooks.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { decodeBase64, saveFile, sizeText } from '../../ui/save-file.ts';

interface ImagesProps {
  readonly commitment: string;
  readonly files: readonly TaskFile[];
}

export function TaskImages({ commitment, files }: ImagesProps) {
  const { t } = useTranslation('tasks');
  /** Index in `files`; null: no image is open. */
  const [openIndex, setOpenIndex] = useState<number | null>(null);
  const file = openIndex === null ? undefined : files[openIndex];
  const go = (step: number) => setOpenIndex((at) => (at === null ? null : Math.min(files.length - 1, Math.max(0, at + step))));
  const onKeyDown = ({ key }: KeyboardEvent) => {
    if (key === 'ArrowLeft') go(-1);
    if (key === 'ArrowRight') go(1);
  };
  return (
    <>
      <ul className="grid grid-cols-[repeat(auto-fill,minmax(11rem,1fr))] gap-3">
        {files.map((each, at) => (
          <li key={each.position} className="min-w-0">
            <Thumbnail commitment={commitment} file={each} onOpen={() => setOpenIndex(at)} />
          </li>
        ))}
      </ul>
      <Dialog
        fullSize
        onKeyDown={onKeyDown}
        open={file !== undefined}
        onClose={() => setOpenIndex(null)}
        title={t('drawer.imageOf', { number: (openIndex ?? 0) + 1, count: files.length })}
      >
        {file !== undefined && (
          <div className="flex h-full flex-col gap-3">
            <FullImage key={file.position} commitment={commitment} file={file} />
            <div className="flex items-center justify-center gap-2">
              <IconButton label={t('drawer.imageBefore')} icon={ChevronLeft} disabled={openIndex === 0} onClick={() => go(-1)} />
              <SaveButton commitment={commitment} file={file} />
              <IconButton
                label={t('drawer.imageNext')}
                icon={ChevronRight}
                disabled={openIndex === files.length - 1}
                onClick={() => go(1)}
              />
            </div>
          </div>
        )}
      </Dialog>
    </>
  );
}

interface FileProps {
  readonly commitment: string;
  readonly file: TaskFile;
}

function Thumbnail({ commitment, file, onOpen }: FileProps & { readonly onOpen: () => void }) {
  const { t } = useTranslation('tasks');
  const { url, error, why } = useImageUrl(commitment, file);
  const alt = t('drawer.imageAlt', { number: file.position + 1 });
  const box = 'aspect-square w-full overflow-hidden rounded-md border border-line bg-raised';
  if (error !== null) return <ErrorNote error={error} />;
  if (why !== null) {
    return <p className={`${box} flex items-center justify-center p-3 text-center text-[13px] text-soft`}>{why}</p>;
  }
  if (url === null) return <div aria-busy className={box} />;
  return (
    <button
      type="button"
      onClick={onOpen}
      aria-label={t('drawer.imageOpen', { number: file.position + 1 })}
      className={`${box} group relative block`}
    >
      <img src={url} alt={alt} className="size-full object-cover" />
      <span
        aria-hidden
        className="absolute right-1.5 bottom-1.5 rounded bg-surface p-1 text-ink opacity-0 group-hover:opacity-100 group-focus-visible:opacity-100"
      >
        <Maximize2 className="size-4" />
      </span>
    </button>
  );
}

function FullImage({ commitment, file }: FileProps) {
  const { t } = useTranslation('tasks');
  const { url, error, why } = useImageUrl(commitment, file);
  if (error !== null) return <ErrorNote error={error} />;
  if (why !== null) return <p className="flex min-h-0 flex-1 items-center justify-center text-soft">{why}</p>;
  if (url === null) return <div aria-busy className="min-h-0 flex-1" />;
  return <img src={url} alt={t('drawer.imageAlt', { number: file.position + 1 })} className="min-h-0 flex-1 object-contain" />;
}

function SaveButton({ commitment, file }: FileProps) {
  const { t } = useTranslation('tasks');
  const { value } = useTaskFile(commitment, file);
  const base64 = value?.base64 ?? null;
  return (
    <Button
      icon={Download}
      disabled={base64 === null}
      onClick={() =>
        base64 !== null && saveFile({ fileName: `${commitment.slice(2, 10)}-${file.position}.png`, base64, mime: 'image/png' })
      }
    >
      {t('drawer.saveFile')}
    </Button>
  );
}

/** The image's URL while it is shown, or the reason why there is none. */
function useImageUrl(commitment: string, file: TaskFile) {
  const { t } = useTranslation('tasks');
  const { value, error } = useTaskFile(commitment, file);
  const [url, setUrl] = useState<string | null>(null);
  const base64 = value?.mime === 'image/png' ? value.base64 : null;
  useEffect(() => {
    if (base64 === null) return;
    const made = URL.createObjectURL(new Blob([decodeBase64(base64)], { type: 'image/png' }));
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [base64]);
  const why =
    value === null || base64 !== null
      ? null
      : value.base64 === null
        ? t('drawer.tooLarge', { size: sizeText(file.sizeBytes) })
        : t('drawer.notAnImage');
  return { url, error, why };
}

/** The bytes of one result file, and their type. */
export function useTaskFile(commitment: string, { position }: TaskFile): Loaded<z.output<typeof taskFileBytesSchema>> {
  return useNodeRead(`file ${commitment} ${position}`, (node, signal) =>
    node.tasks.file({ commitment: commitment as `0x${string}`, position }, { signal }),
  );
}
