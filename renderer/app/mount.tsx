/** Assembles the window and shows it. */
import { Tooltip } from 'radix-ui';
import { createRoot } from 'react-dom/client';
import { I18nextProvider } from 'react-i18next';
import { RouterProvider } from 'react-router/dom';
import { z } from 'zod';
import { createI18n, languageOf } from '../i18n/i18n.ts';
import { pageClock } from '../rpc/link.ts';
import type { Transport } from '../rpc/transport.ts';
import { createApp } from '../state/app.ts';
import { AppContext } from '../state/app-context.ts';
import { createRouter } from './router.tsx';
import { SessionGate } from './session-gate.tsx';
import { SettingsEffects } from './settings-effects.tsx';
import './styles.css';

export async function mount({ transport }: { readonly transport: Transport }): Promise<void> {
  // The page's policy forbids code generated from text, which the library would use to be faster.
  z.config({ jitless: true });
  const i18n = await createI18n(languageOf(navigator.languages));
  const app = createApp({ transport, clock: pageClock });
  const router = createRouter();
  const element = document.getElementById('app');
  if (element === null) throw new Error('the page has no place for the window');
  createRoot(element).render(
    <AppContext value={app}>
      <I18nextProvider i18n={i18n}>
        <SettingsEffects />
        <Tooltip.Provider delayDuration={300}>
          <SessionGate>
            <RouterProvider router={router} />
          </SessionGate>
        </Tooltip.Provider>
      </I18nextProvider>
    </AppContext>,
  );
}
