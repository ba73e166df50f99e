import { Check, ChevronDown, Plus } from 'lucide-react';
import { DropdownMenu as Menu } from 'radix-ui';
import { useTranslation } from 'react-i18next';
import { useLocation, useNavigate } from 'react-router';
import type { ProfileView } from '../../contract/profiles.ts';
import { useProfiles } from '../state/app-context.ts';
import { useTruthOf } from '../state/truth.ts';
import { useNetworkName } from '../ui/display-names.ts';
import { NodeStatusBadge } from './node-status-badge.tsx';
import { isNodeScreen, nodePath } from './screens.ts';

const ITEM_CLASSES = 'flex items-center gap-3 rounded-md px-2.5 py-2 outline-none data-highlighted:bg-raised';

/** One entry per profile: name, card, status. Switching stays on the same screen. */
export function NodeSwitcher({ selected }: { readonly selected: ProfileView }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { pathname } = useLocation();
  const profiles = useProfiles() ?? [];
  const truthOf = useTruthOf();
  const networkName = useNetworkName();
  const part = pathname.split('/')[3];
  const screen = isNodeScreen(part) ? part : 'overview';
  return (
    <Menu.Root modal={false}>
      <Menu.Trigger className="flex h-9 min-w-0 items-center gap-2.5 rounded-md px-2 hover:bg-raised">
        <span className="sr-only">{t('frame.switchNode', { name: '' })}</span>
        <span className="truncate font-medium">{selected.profile.name}</span>
        <span className="hidden truncate text-faint lg:inline">{selected.gpuName ?? t('frame.noGpu')}</span>
        <NodeStatusBadge truth={truthOf(selected)} />
        <ChevronDown aria-hidden className="size-4 shrink-0 text-faint" />
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Content
          align="start"
          sideOffset={4}
          className="z-40 w-96 max-w-[90vw] rounded-lg border border-line bg-surface p-1 shadow-xl"
        >
          <Menu.RadioGroup value={selected.profile.id} onValueChange={(id) => void navigate(nodePath(id, screen))}>
            {profiles.map((view) => (
              <Menu.RadioItem key={view.profile.id} value={view.profile.id} className={ITEM_CLASSES}>
                <span className="w-4 shrink-0">
                  <Menu.ItemIndicator>
                    <Check aria-hidden className="size-4" />
                  </Menu.ItemIndicator>
                </span>
                <span className="flex min-w-0 flex-1 flex-col">
                  <span className="truncate font-medium">{view.profile.name}</span>
                  <span className="truncate text-[13px] text-faint">
                    {view.gpuName ?? t('frame.noGpu')} · {networkName({ id: view.profile.networkId, title: view.networkTitle })}
                  </span>
                </span>
                <NodeStatusBadge truth={truthOf(view)} />
              </Menu.RadioItem>
            ))}
          </Menu.RadioGroup>
          <Menu.Separator className="my-1 h-px bg-line" />
          <Menu.Item className={ITEM_CLASSES} onSelect={() => void navigate('/first-run')}>
            <Plus aria-hidden className="size-4" />
            {t('frame.addNode')}
          </Menu.Item>
        </Menu.Content>
      </Menu.Portal>
    </Menu.Root>
  );
}
