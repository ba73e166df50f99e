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
import { Loading } from '../../ui/loading.tsx';
import { Screen } from '../../ui/screen.tsx';
import { SearchField } from '../../ui/search-field.tsx';
import { useSorted } from '../../ui/use-sorted.ts';
import { useUrlView } from '../../ui/use-url-view.ts';
import { AddPlaceGuide } from './add-place-guide.tsx';
import { AwayPlaces } from './away-places.tsx';
import {
  awayPlaces,
  FLEET_SORT,
  type FleetLine,
  type FleetTotals,
  type FleetView,
  filterLines,
  fleetTotals,
  readFleetView,
  WHOLE_FLEET,
  writeFleetView,
} from './fleet-lines.ts';
import { FleetTable } from './fleet-table.tsx';
import { PlacesDialog } from './places-dialog.tsx';
import { type OrderOutcome, ResultsCard } from './results-card.tsx';
import { SelectionBar } from './selection-bar.tsx';
import { StateChips, Totals } from './totals.tsx';
import { type FleetState, useFleet } from './use-fleet.ts';

const FLEET_VIEW = { read: readFleetView, write: writeFleetView };
const NOTHING_SELECTED: ReadonlySet<string> = new Set();

export const FleetScreen = withTexts('fleet', texts, Fleet);

function Fleet() {
  const { t } = useTranslation('fleet');
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
        <Loading />
      ) : isAlone ? (
        <div className="min-h-0 flex-1 overflow-y-auto">
          <EmptyState icon={Network} title={t('empty.title')} hint={t('empty.hint')} action={<AddPlaceGuide />} />
        </div>
      ) : (
        <FleetNodes used={used} />
      )}
      <PlacesDialog open={managing} onClose={() => setManaging(false)} places={fleet?.places ?? []} />
    </Screen>
  );
}

function FleetNodes({ used: { fleet, lines } }: { readonly used: FleetState }) {
  const { t } = useTranslation('fleet');
  const host = useHostClient();
  const navigate = useNavigate();
  const [view, change] = useUrlView(FLEET_VIEW);
  const [selected, setSelected] = useState(NOTHING_SELECTED);
  const [outcome, setOutcome] = useState<OrderOutcome | null>(null);
  const totals = useMemo(() => fleetTotals(lines), [lines]);
  const narrowed = useMemo(() => filterLines(lines, view), [lines, view]);
  const { rows, sort } = useSorted(narrowed, FLEET_SORT);
  const away = awayPlaces(fleet?.places ?? []);
  // A node that is gone is no longer selected, whatever the set contains.
  const chosen = selected.size === 0 ? [] : lines.filter(({ key }) => selected.has(key));
  const shown = selected.size === 0 ? 0 : narrowed.filter(({ key }) => selected.has(key)).length;
  const sendOrder = useAct(async (order: FleetOrder, to: readonly FleetLine[]) => {
    const targets = to.map(({ place, row }) => ({ place, node: row.node }));
    const { results } = await host().fleet.steer({ targets, order });
    setOutcome({ order, results });
  });
  const open = ({ place, row }: FleetLine) => {
    if (place === HERE_PLACE) void navigate(nodePath(row.node, 'overview'));
  };
  return (
    <>
      <Totals totals={totals} view={view} onChange={change} />
      <AwayPlaces places={away} />
      <Filters view={view} totals={totals} onChange={change} shown={narrowed.length} />
      {sendOrder.error && <ErrorNote error={sendOrder.error} />}
      {outcome !== null && <ResultsCard outcome={outcome} onClose={() => setOutcome(null)} />}
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
          busy={sendOrder.busy}
          onOrder={(order, to) => void sendOrder.run(order, to)}
          onClear={() => setSelected(NOTHING_SELECTED)}
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
