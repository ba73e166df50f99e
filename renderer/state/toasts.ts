/** Messages about finished acts. Successes disappear automatically; failures stay until dismissed. */
import { createStore, type StoreApi } from 'zustand/vanilla';

export interface Toast {
  readonly id: number;
  readonly tone: 'good' | 'bad' | 'info';
  /** Already in the host's language. */
  readonly text: string;
  /** The subject: a newer message about the same subject replaces it, so that no two contradict each other. */
  readonly subject?: string;
}

interface ToastsState {
  readonly toasts: readonly Toast[];
  push(toast: Omit<Toast, 'id'>): void;
  dismiss(id: number): void;
}

/** Nobody reads more than this; the oldest is dropped. */
const MAX_TOASTS = 3;

/** How long a message is shown; null = until it is dismissed. */
export function shownForMs({ tone }: Pick<Toast, 'tone'>): number | null {
  return tone === 'bad' ? null : 8_000;
}

export type ToastsStore = StoreApi<ToastsState>;

export function createToastsStore(): ToastsStore {
  let next = 1;
  return createStore<ToastsState>((set) => ({
    toasts: [],
    push: (toast) =>
      set(({ toasts }) => {
        const others = toast.subject === undefined ? toasts : toasts.filter(({ subject }) => subject !== toast.subject);
        return { toasts: [...others, { ...toast, id: next++ }].slice(-MAX_TOASTS) };
      }),
    dismiss: (id) => set(({ toasts }) => ({ toasts: toasts.filter((toast) => toast.id !== id) })),
  }));
}
