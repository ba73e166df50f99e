import { FilterX, Network, Plus, SearchX } from 'lucide-react';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { type FleetOrder, HERE_PLACE } from '../../../contract/fleet.ts';
import { nodePath } from '../../app/screens.ts';
import { fleet as texts } from '../../i18n/en/fleet.ts';
import { withTexts } from '../../i18n/with-texts.tsx';
import { useAct } from '../../rpc/hooks.ts';
import { useHostClient } from '../../state/app-context.ts';
import { Button } from '../../ui/button.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { Screen } from '../../ui/screen.tsx';
import { SearchField } from '../../ui/search-field.tsx';
import { useSorted } from '../../ui/use-sorted.ts';
import { useUrlView } from '../../ui/use-url-view.ts';
import { AddHow } from './add-how.tsx';
import { AwayNote } from './away-note.tsx';
import { FleetTable } from './fleet-table.tsx';
import {
  FLEET_SORT,
  type FleetLine,
  type FleetTotals,
  type FleetView,
  filtered,
  placesAway,
  readFleetView,
  totalsOf,
  WHOLE_FLEET,
  writeFleetView,
} from './lines.ts';
import { PlacesDialog } from './places-dialog.tsx';
import { ResultsCard, type Steered } from './results-card.tsx';
import { SelectionBar } from './selection-bar.tsx';
import { StateChips, Totals } from './totals.tsx';
import { type UsedFleet, useFleet } from './use-fleet.ts';

const FLEET_VIEW = { read: readFleetView, write: writeFleetView };
const NONE: ReadonlySet<string> = new Set();

export const FleetScreen = withTexts('fleet', texts, Fleet);

function Fleet() {
  const { t } = useTranslation(['fleet', 'common']);
  const used = useFleet();
  const [managing, setManaging] = useState(false);
  const { fleet } = used;
  const isAlone = fleet !== null && fleet.rows.size === 0 && fleet.places.length <= 1;
  return (
    <Screen
      fill
      title={t('title')}
      actions={
        <Button icon={isAlone ? Plus : Network} onClick={() => setManaging(true)}>
          {t('places.open')}
        </Button>
      }
    >
      {fleet === null ? (
        <p role="status" className="text-faint">
          {t('common:frame.loading')}
        </p>
      ) : isAlone ? (
        <div className="min-h-0 flex-1 overflow-y-auto">
          <EmptyState icon={Network} title={t('empty.title')} hint={t('empty.hint')} action={<AddHow />} />
        </div>
      ) : (
        <Nodes used={used} />
      )}
      <PlacesDialog open={managing} onClose={() => setManaging(false)} places={fleet?.places ?? []} />
    </Screen>
  );
}

function Nodes({ used: { fleet, lines } }: { readonly used: UsedFleet }) {
  const { t } = useTranslation('fleet');
  const host = useHostClient();
  const navigate = useNavigate();
  const [view, change] = useUrlView(FLEET_VIEW);
  const [selected, setSelected] = useState(NONE);
  const [steered, setSteered] = useState<Steered | null>(null);
  const totals = useMemo(() => totalsOf(lines), [lines]);
  const narrowed = useMemo(() => filtered(lines, view), [lines, view]);
  const { rows, sort } = useSorted(narrowed, FLEET_SORT);
  const away = placesAway(fleet?.places ?? []);
  // A node that is gone is no longer selected, whatever the set contains.
  const chosen = selected.size === 0 ? [] : lines.filter(({ key }) => selected.has(key));
  const shown = selected.size === 0 ? 0 : narrowed.filter(({ key }) => selected.has(key)).length;
  const steer = useAct(async (order: FleetOrder, to: readonly FleetLine[]) => {
    const targets = to.map(({ place, row }) => ({ place, node: row.node }));
    const { results } = await host().fleet.steer({ targets, order });
    setSteered({ order, results });
  });
  const open = ({ place, row }: FleetLine) => {
    if (place === HERE_PLACE) void navigate(nodePath(row.node, 'overview'));
  };
  return (
    <>
      <Totals totals={totals} view={view} onChange={change} />
      <AwayNote places={away} />
      <Filters view={view} totals={totals} onChange={change} shown={narrowed.length} />
      {steer.error && <ErrorNote error={steer.error} />}
      {steered !== null && <ResultsCard steered={steered} onClose={() => setSteered(null)} />}
      {narrowed.length === 0 ? (
        <EmptyState
          icon={SearchX}
          title={t('noneFits')}
          hint={t('noneFitsHint')}
          action={<Button onClick={() => change(WHOLE_FLEET)}>{t('clear')}</Button>}
        />
      ) : (
        <FleetTable lines={rows} sort={sort} selected={selected} onSelect={setSelected} onOpen={open} />
      )}
      {chosen.length > 0 && (
        <SelectionBar
          lines={chosen}
          shown={shown}
          busy={steer.busy}
          onSteer={(order, to) => void steer.run(order, to)}
          onClear={() => setSelected(NONE)}
        />
      )}
    </>
  );
}

interface FiltersProps {
  readonly view: FleetView;
  readonly totals: FleetTotals;
  readonly onChange: (view: FleetView) => void;
  readonly shown: number;
}

function Filters({ view, totals, onChange, shown }: FiltersProps) {
  const { t } = useTranslation('fleet');
  const narrows = writeFleetView(view, new URLSearchParams()).toString() !== '';
  return (
    <search aria-label={t('filter.label')} className="flex flex-wrap items-center gap-1.5">
      <SearchField
        label={t('filter.text')}
        hint={t('filter.hint')}
        width="w-48"
        value={view.text}
        onChange={(text) => onChange({ ...view, text })}
      />
      <StateChips totals={totals} view={view} onChange={onChange} />
      {narrows && (
        <Button tone="quiet" icon={FilterX} onClick={() => onChange(WHOLE_FLEET)}>
          {t('clear')}
        </Button>
      )}
      <p role="status" className="ml-auto text-soft tabular-nums">
        {t('shown', { count: shown })}
      </p>
    </search>
  );
}
