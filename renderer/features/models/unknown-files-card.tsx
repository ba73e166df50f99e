import { Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { UnknownItem } from '../../../contract/models.ts';
import { IconButton } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { ConfirmDialog } from '../../ui/dialog.tsx';
import { sizeText } from '../../ui/save-file.ts';
import { Cell, Row, Table } from '../../ui/table.tsx';
import { useSorted } from '../../ui/use-sorted.ts';
import { useModelsRequest } from './use-models.ts';

/** Files in the folder that belong to no known model. */
export function UnknownFilesCard({ items }: { readonly items: readonly UnknownItem[] }) {
  const { t } = useTranslation('models');
  const [removing, setRemoving] = useState<UnknownItem | null>(null);
  const act = useModelsRequest();
  const { rows, sort } = useSorted(items, { path: ({ path }) => path, size: ({ sizeBytes }) => sizeBytes });
  const columns = [
    { key: 'path', label: t('unknown.path') },
    { key: 'size', label: t('unknown.size'), right: true },
    { key: 'actions', label: t('list.actions'), hidden: true },
  ];
  const facts = { path: removing?.path ?? '', size: sizeText(removing?.sizeBytes ?? 0) };
  const confirm = async () => {
    if (removing === null) return;
    const { path } = removing;
    if ((await act.run({ type: 'removeUnknown', path }, t('said.removedUnknown', { path }))) !== null) setRemoving(null);
  };
  return (
    <Card title={t('unknown.title')} flush>
      <p className="px-4 pb-2 text-[13px] text-soft">{t('unknown.hint')}</p>
      <Table caption={t('unknown.title')} columns={columns} sort={sort}>
        {rows.map((item) => (
          <Row key={item.path}>
            <Cell head>
              <code className="font-mono text-[0.92em] break-all">{item.path}</code>
            </Cell>
            <Cell right>{sizeText(item.sizeBytes)}</Cell>
            <Cell>
              <span className="flex justify-end">
                <IconButton label={t('unknown.remove', { path: item.path })} icon={Trash2} onClick={() => setRemoving(item)} />
              </span>
            </Cell>
          </Row>
        ))}
      </Table>
      <ConfirmDialog
        open={removing !== null}
        onClose={() => {
          act.clear();
          setRemoving(null);
        }}
        title={t('unknown.confirmTitle')}
        confirmLabel={t('removal.confirm')}
        onConfirm={() => void confirm()}
        danger
        busy={act.busy}
        error={act.error}
      >
        <p className="break-words">{t('unknown.confirmText', facts)}</p>
      </ConfirmDialog>
    </Card>
  );
}
