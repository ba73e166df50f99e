/** Goes anywhere from the keyboard: Ctrl or ⌘ with K opens it, with a slash the sheet of keys. Keys alone do nothing, so that no reader's are taken. */
import { lazy, Suspense, useEffect, useState } from 'react';

const PaletteDialogs = lazy(() => import('./palette-dialogs.tsx').then((module) => ({ default: module.PaletteDialogs })));

export function Palette() {
  const [open, setOpen] = useState<'palette' | 'sheet' | null>(null);
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
      const wanted = event.key.toLowerCase() === 'k' ? 'palette' : event.key === '/' ? 'sheet' : null;
      // One dialog at a time: what asks for a confirmation is not covered.
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
