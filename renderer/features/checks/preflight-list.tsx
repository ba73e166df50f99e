import { useTranslation } from 'react-i18next';
import type { PreflightReport, PreflightResult, PreflightState } from '../../../contract/preflight.ts';
import { useHostText } from '../../errors/use-host-text.ts';
import { Badge, type Tone } from '../../ui/badge.tsx';

const TONES: Readonly<Record<PreflightState, Tone>> = { ok: 'good', warn: 'warn', fail: 'bad', unknown: 'neutral' };

/** Each check with its finding and its fix. */
export function PreflightList({ report }: { readonly report: PreflightReport }) {
  return (
    <ul className="divide-y divide-line rounded-md border border-line">
      {report.results.map((result) => (
        <Row key={`${result.id} ${result.state}`} result={result} />
      ))}
    </ul>
  );
}

function Row({ result }: { readonly result: PreflightResult }) {
  const { t } = useTranslation('firstRun');
  return (
    <li className="flex items-start gap-3 px-3 py-2.5">
      <div className="min-w-0 flex-1">
        <p className="font-medium">{t(`checks.names.${result.id}`)}</p>
        {result.state !== 'ok' && <Finding result={result} />}
      </div>
      <Badge tone={TONES[result.state]}>{t(`checks.state.${result.state}`)}</Badge>
    </li>
  );
}

function Finding({ result }: { readonly result: Exclude<PreflightResult, { state: 'ok' }> }) {
  const { code, message, params } = result;
  const { meaning, remedy, quote } = useHostText()({ code, message, data: params });
  return (
    <>
      <p className="break-words text-soft">
        {meaning ?? message} {quote}
      </p>
      <p className="break-words">{remedy ?? result.remedy}</p>
    </>
  );
}
