import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { NavLink, useParams } from 'react-router';
import { Screen } from '../../ui/screen.tsx';
import { AppearanceSection } from './appearance-section.tsx';
import { EnginesSection } from './engines-section.tsx';
import { KeysSection } from './keys-section.tsx';
import { NetworksSection } from './networks-section.tsx';
import { NodesSection } from './nodes-section.tsx';
import { NotificationsSection } from './notifications-section.tsx';
import { ProgramSection } from './program-section.tsx';
import { UpdatesSection } from './updates-section.tsx';

const SECTIONS = {
  nodes: NodesSection,
  networks: NetworksSection,
  engines: EnginesSection,
  keys: KeysSection,
  appearance: AppearanceSection,
  notifications: NotificationsSection,
  program: ProgramSection,
  updates: UpdatesSection,
} as const satisfies Record<string, () => ReactNode>;
type Section = keyof typeof SECTIONS;
const SECTION_NAMES = Object.keys(SECTIONS) as Section[];

/** Settings of the program, and settings of each node. */
export function SettingsScreen() {
  const { t } = useTranslation('settings');
  const params = useParams();
  const section = SECTION_NAMES.find((name) => name === params.section) ?? 'nodes';
  const Content = SECTIONS[section];
  return (
    <Screen title={t('title')}>
      <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-5 md:grid-cols-[9.5rem_minmax(0,1fr)]">
        <nav aria-label={t('sections.label')} className="flex flex-wrap gap-0.5 md:flex-col">
          {SECTION_NAMES.map((name) => (
            <NavLink
              key={name}
              to={`/settings/${name}`}
              aria-current={name === section ? 'page' : undefined}
              className={`rounded-md px-2.5 py-1.5 ${name === section ? 'bg-raised font-medium' : 'text-soft hover:bg-raised'}`}
            >
              {t(`sections.${name}`)}
            </NavLink>
          ))}
        </nav>
        <div className="flex min-w-0 flex-col gap-4">
          <Content />
        </div>
      </div>
    </Screen>
  );
}
