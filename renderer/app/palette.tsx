/** Goes anywhere by keyboard: Ctrl or ⌘ with K opens the palette, with a slash the list of shortcuts. Single keys do nothing, so that no screen reader's keys are taken. */
import { lazy, Suspense, useEffect, useState } from 'react';

const PaletteDialogs = lazy(() => import('./palette-dialogs.tsx').then((module) => ({ default: module.PaletteDialogs })));

export function Palette() {
  const [open, setOpen] = useState<'palette' | 'sheet' | null>(null);
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
      const wanted = event.key.toLowerCase() === 'k' ? 'palette' : event.key === '/' ? 'sheet' : null;
      // Only one dialog at a time: never cover one that asks for a confirmation.
      if (wanted === null || document.querySelector('[role=dialog], [role=alertdialog]') !== null) return;
      event.preventDefault();
      setOpen(wanted);
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  }, []);
  if (open === null) return null;
  return (
    <Suspense fallback={null}>
      <PaletteDialogs open={open} onClose={() => setOpen(null)} />
    </Suspense>
  );
}
