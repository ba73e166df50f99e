/** The command palette and the list of keyboard shortcuts, which `palette.tsx` opens. */
import { clsx } from 'clsx';
import { useEffect, useId, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { useProfiles } from '../state/app-context.ts';
import { Dialog } from '../ui/dialog.tsx';
import { TextInput } from '../ui/field.tsx';
import { type Command, searchCommands, wrapIndex } from './commands.ts';
import { NODE_SCREENS, nodePath } from './screens.ts';

const SETTINGS_SECTIONS = ['nodes', 'networks', 'engines', 'keys', 'appearance', 'notifications', 'program', 'updates'] as const;
const SHORTCUTS = [
  ['palette', 'Ctrl K · ⌘ K'],
  ['sheet', 'Ctrl / · ⌘ /'],
  ['move', '↑ ↓'],
  ['go', 'Enter'],
  ['close', 'Esc'],
  ['next', 'Tab · Shift Tab'],
] as const;

export interface PaletteDialogsProps {
  readonly open: 'palette' | 'sheet';
  readonly onClose: () => void;
}

export function PaletteDialogs({ open, onClose }: PaletteDialogsProps) {
  const { t } = useTranslation();
  return (
    <>
      <Dialog open={open === 'palette'} onClose={onClose} title={t('palette.title')}>
        <CommandSearch onDone={onClose} />
      </Dialog>
      <Dialog open={open === 'sheet'} onClose={onClose} title={t('palette.keys')}>
        <dl className="grid grid-cols-[1fr_auto] gap-x-6 gap-y-2">
          {SHORTCUTS.map(([name, keys]) => (
            <div key={name} className="contents">
              <dt>{t(`palette.what.${name}`)}</dt>
              <dd>
                <kbd className="rounded border border-line bg-raised px-1.5 py-0.5 font-mono text-[13px]">{keys}</kbd>
              </dd>
            </div>
          ))}
        </dl>
      </Dialog>
    </>
  );
}

function useCommands(): readonly Command[] {
  const { t } = useTranslation(['common', 'settings']);
  const profiles = useProfiles() ?? [];
  const nodes = profiles.flatMap(({ profile: { id, name } }) =>
    NODE_SCREENS.map((screen) => ({
      id: `${id} ${screen}`,
      text: `${name}: ${t(`screens.${screen}`)}`,
      path: nodePath(id, screen),
    })),
  );
  const settings = SETTINGS_SECTIONS.map((section) => ({
    id: section,
    text: `${t('screens.settings')}: ${t(`settings:sections.${section}`)}`,
    path: `/settings/${section}`,
  }));
  return [
    ...nodes,
    { id: 'fleet', text: t('screens.fleet'), path: '/fleet' },
    ...settings,
    { id: 'first-run', text: t('frame.addNode'), path: '/first-run' },
  ];
}

function CommandSearch({ onDone }: { readonly onDone: () => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const id = useId();
  const [typed, setTyped] = useState('');
  const [at, setAt] = useState(0);
  const found = searchCommands(useCommands(), typed);
  const field = useRef<HTMLInputElement>(null);
  // Runs after the dialog has focused its first control and remembered where the focus came from.
  useEffect(() => {
    const frame = requestAnimationFrame(() => field.current?.focus());
    return () => cancelAnimationFrame(frame);
  }, []);
  const go = (command: Command | undefined) => {
    if (command === undefined) return;
    onDone();
    void navigate(command.path);
  };
  return (
    <div className="flex flex-col gap-2">
      <TextInput
        ref={field}
        role="combobox"
        aria-label={t('palette.find')}
        aria-expanded
        aria-controls={`${id}-list`}
        aria-activedescendant={found[at] === undefined ? undefined : `${id}-${at}`}
        placeholder={t('palette.find')}
        value={typed}
        onChange={(event) => {
          setTyped(event.target.value);
          setAt(0);
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter') go(found[at]);
          if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
          event.preventDefault();
          const next = wrapIndex(at, event.key === 'ArrowDown' ? 1 : -1, found.length);
          setAt(next);
          document.getElementById(`${id}-${next}`)?.scrollIntoView({ block: 'nearest' });
        }}
      />
      <div id={`${id}-list`} role="listbox" aria-label={t('palette.title')} className="max-h-72 overflow-y-auto">
        {found.map((command, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are the field's, which keeps the focus.
          <div
            key={command.id}
            id={`${id}-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === at}
            onClick={() => go(command)}
            className={clsx(
              'cursor-pointer rounded-md px-2.5 py-1.5',
              index === at ? 'bg-accent-wash text-accent' : 'hover:bg-raised',
            )}
          >
            {command.text}
          </div>
        ))}
      </div>
      {found.length === 0 && <p className="text-soft">{t('palette.nothing')}</p>}
    </div>
  );
}
