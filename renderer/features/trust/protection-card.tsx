import { useTranslation } from 'react-i18next';
import { useNodeRead } from '../../rpc/hooks.ts';
import { Badge } from '../../ui/badge.tsx';
import { Card, Fact, Facts } from '../../ui/card.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { Time } from '../../ui/time.tsx';

export function ProtectionCard() {
  const { t, i18n } = useTranslation('trust');
  const { value, error } = useNodeRead('protection', (node, signal) => node.trust.protection({}, { signal }));
  const count = new Intl.NumberFormat(i18n.language);
  const time = (atMs: number | null) => (atMs === null ? t('protection.none') : <Time atMs={atMs} />);
  return (
    <Card
      title={t('protection.title')}
      aside={
        value && <Badge tone={value.sound ? 'good' : 'bad'}>{t(value.sound ? 'protection.sound' : 'protection.unsound')}</Badge>
      }
    >
      <div className="flex flex-col gap-3">
        {error && <ErrorNote error={error} />}
        <p className="max-w-prose text-soft">{t('protection.hint')}</p>
        {value && (
          <>
            <p>{t(value.sound ? 'protection.soundHint' : 'protection.unsoundHint')}</p>
            <Facts>
              <Fact name={t('protection.scores')}>{count.format(value.scores)}</Fact>
              <Fact name={t('protection.executions')}>{count.format(value.executions)}</Fact>
              <Fact name={t('protection.oldest')}>{time(value.oldestMs)}</Fact>
              <Fact name={t('protection.newest')}>{time(value.newestMs)}</Fact>
            </Facts>
          </>
        )}
      </div>
    </Card>
  );
}
