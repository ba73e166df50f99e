import { useTranslation } from 'react-i18next';
import type { CaseFile, GroupMember } from '../../../contract/trust.ts';
import type { TaskStatus } from '../../../protocol/tasks/status.ts';
import { Card } from '../../ui/card.tsx';
import { durationText } from '../../ui/duration.ts';
import { Hash } from '../../ui/hash.tsx';

const CELL = 'py-1.5 pr-3';

/** This node's score next to those of the others, and the outcome by the group table. */
export function CaseGroup({ file }: { readonly file: CaseFile }) {
  const { t } = useTranslation(['trust', 'common']);
  const { group, own } = file;
  if (group === null) {
    return (
      <Card title={t('case.sections.scores')}>
        <p>
          {t('case.group.self')}:{' '}
          {own.score === null ? t('case.group.noScore') : <Hash value={own.score} what={t('case.group.score')} />}
        </p>
        <p className="text-soft">{t('case.group.unknown')}</p>
      </Card>
    );
  }
  const { rules } = group;
  const bits = new Map(rules?.distances.map((each) => [each.commitment, each.bits]));
  return (
    <Card title={t('case.sections.scores')}>
      <div className="flex flex-col gap-3">
        <table aria-label={t('case.group.label')} className="w-full text-[13px]">
          <thead>
            <tr className="border-b border-line text-left text-faint">
              {(['member', 'score', 'before', 'end', 'time', 'distance', 'knownBy'] as const).map((column) => (
                <th key={column} scope="col" className={`${CELL} font-medium`}>
                  {t(`case.group.${column}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {group.members.map((member) => (
              <MemberRow key={member.commitment} member={member} bits={bits.get(member.commitment) ?? null} />
            ))}
          </tbody>
        </table>
        {rules && (
          <div className="flex flex-col gap-1 text-soft">
            <p title={rules.row}>
              {t(`case.group.rows.${groupAgreement(rules)}`)}{' '}
              {t('case.group.lawful', { status: t(`common:taskStatus.${rules.lawful}`) })}
            </p>
            <p>{t(rules.explained ? 'case.group.explained' : 'case.group.unexplained')}</p>
            {rules.thresholds && <p>{t('case.group.thresholds', rules.thresholds)}</p>}
            {rules.deviations.map((name) => (
              <p key={name}>{t(`case.deviations.${name}`)}</p>
            ))}
          </div>
        )}
      </div>
    </Card>
  );
}

function MemberRow({ member, bits }: { readonly member: GroupMember; readonly bits: number | null }) {
  const { t, i18n } = useTranslation(['trust', 'common']);
  const none = <span className="text-faint">—</span>;
  return (
    <tr
      className={
        member.self ? 'border-b border-line bg-accent-wash font-medium last:border-0' : 'border-b border-line last:border-0'
      }
    >
      <td className={`${CELL} pl-1.5`}>
        {member.self ? (
          t('case.group.self')
        ) : member.node === null ? (
          t('case.group.other')
        ) : (
          <Hash value={member.node} what={t('case.group.member')} />
        )}
      </td>
      <td className={CELL}>{member.score === null ? none : <Hash value={member.score} what={t('case.group.score')} />}</td>
      <td className={CELL}>{member.status === null ? none : t(`common:taskStatus.${member.status}`)}</td>
      <td className={CELL}>{member.end === null ? none : t(`common:taskStatus.${member.end}`)}</td>
      <td className={`${CELL} tabular-nums`}>
        {member.executionMs === null ? none : durationText(member.executionMs, i18n.language)}
      </td>
      <td className={`${CELL} tabular-nums`}>{bits === null ? none : t('case.group.bits', { count: bits })}</td>
      <td className={CELL}>{t(`case.group.known.${member.knownBy}`)}</td>
    </tr>
  );
}

/** Who agreed with whom. `row`: letters from protocol/tasks/group-validation.ts; `lawful`: how this node's own task ends by them. */
export function groupAgreement({
  row,
  lawful,
}: {
  readonly row: string;
  readonly lawful: TaskStatus;
}): 'all' | 'outvoted' | 'pair' | 'none' {
  // An aborted task has no score that another could agree with.
  const said = [...row].filter((letter) => letter !== 'X');
  const most = Math.max(0, ...said.map((letter) => said.filter((other) => other === letter).length));
  if (most === 3) return 'all';
  if (most < 2) return 'none';
  return lawful === 'EndInvalidated' ? 'outvoted' : 'pair';
}
