import { useTranslation } from 'react-i18next';
import type { GroupNode } from '../../../contract/trust.ts';
import { MAX_TASK_SCORE } from '../../../protocol/node/qos.ts';
import { Card } from '../../ui/card.tsx';
import { Hash } from '../../ui/hash.tsx';
import { Money } from '../../ui/money.tsx';

const CELL = 'py-1.5 pr-3 align-top';

/** The nodes of the group side by side: a different card or version may be why scores differ. */
export function CaseNodes({ nodes }: { readonly nodes: readonly GroupNode[] }) {
  const { t } = useTranslation('trust');
  return (
    <Card title={t('case.sections.nodes')}>
      <div className="flex flex-col gap-2">
        <p className="text-soft">{t('case.nodes.when')}</p>
        <table aria-label={t('case.nodes.label')} className="w-full text-[13px]">
          <thead>
            <tr className="border-b border-line text-left text-faint">
              {(['node', 'card', 'version', 'quality', 'health', 'stake', 'models'] as const).map((column) => (
                <th key={column} scope="col" className={`${CELL} font-medium`}>
                  {t(`case.nodes.${column}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {nodes.map((node) => (
              <NodeRow key={node.address} node={node} />
            ))}
          </tbody>
        </table>
      </div>
    </Card>
  );
}

function NodeRow({ node }: { readonly node: GroupNode }) {
  const { t, i18n } = useTranslation('trust');
  const none = <span className="text-faint">—</span>;
  const number = (value: number) => value.toLocaleString(i18n.language, { maximumFractionDigits: 2 });
  return (
    <tr className={node.self ? 'border-b border-line bg-accent-wash last:border-0' : 'border-b border-line last:border-0'}>
      <td className={`${CELL} pl-1.5`}>
        {node.self ? t('case.group.self') : <Hash value={node.address} what={t('case.nodes.node')} />}
      </td>
      <td className={CELL}>
        {node.gpuName ?? none}
        {node.gpuVramGib !== null && ` · ${node.gpuVramGib} GiB`}
      </td>
      <td className={`${CELL} tabular-nums`}>{node.version ?? none}</td>
      <td className={`${CELL} tabular-nums`}>
        {node.qosLong === null ? none : t('case.nodes.of', { value: number(node.qosLong), most: MAX_TASK_SCORE })}
      </td>
      <td className={`${CELL} tabular-nums`}>{node.health === null ? none : number(node.health)}</td>
      <td className={`${CELL} tabular-nums`}>
        {node.stakeWei === null ? none : <Money wei={node.stakeWei} />}
        {node.delegators !== null && node.delegators > 0 && node.delegatedWei !== null && (
          <span className="block text-faint">
            {t('case.nodes.delegated', { count: node.delegators })} <Money wei={node.delegatedWei} />
          </span>
        )}
      </td>
      <td className={CELL}>
        {node.models.length === 0 && none}
        {node.models.map(({ id, inUse }) => (
          <code key={id} className="block font-mono text-[0.92em] break-all">
            {id}
            {inUse && <span className="font-sans text-faint"> {t('case.nodes.inUse')}</span>}
          </code>
        ))}
      </td>
    </tr>
  );
}
