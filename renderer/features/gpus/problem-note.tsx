import type { GpuProblemView } from '../../../contract/gpu.ts';
import { ErrorNote } from '../../ui/error-note.tsx';

/** A problem of cards: its code says what it means and what to do, its detail what was seen. */
export function ProblemNote({ problem: { code, detail } }: { readonly problem: Pick<GpuProblemView, 'code' | 'detail'> }) {
  return <ErrorNote error={{ code, message: detail, data: {} }} />;
}
