/** Messages that stay until they are read. */
import { createStore, type StoreApi } from 'zustand/vanilla';

interface Toast {
  readonly id: number;
  readonly tone: 'good' | 'bad' | 'info';
  /** Already in the host's language. */
  readonly text: string;
}

interface ToastsState {
  readonly toasts: readonly Toast[];
  push(toast: Omit<Toast, 'id'>): void;
  dismiss(id: number): void;
}

export type ToastsStore = StoreApi<ToastsState>;

export function createToastsStore(): ToastsStore {
  let next = 1;
  return createStore<ToastsState>((set) => ({
    toasts: [],
    push: (toast) => set(({ toasts }) => ({ toasts: [...toasts, { ...toast, id: next++ }] })),
    dismiss: (id) => set(({ toasts }) => ({ toasts: toasts.filter((toast) => toast.id !== id) })),
  }));
}
