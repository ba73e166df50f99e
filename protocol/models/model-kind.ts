/** What a model is for, as far as its id tells. */
import { isBaseModelId, parseModelId } from './model-id.ts';

/** An id does not really tell. Language models have no variants, and image models say so in their names. */
export function looksLikeImageModel({ name, variant }: { readonly name: string; readonly variant: string | null }): boolean {
  return variant !== null || /diffusion|sdxl|(^|[-_/])sd[-_\d]|flux|kandinsky|pixart/i.test(name);
}

/** The first of a node's models that can stand for its results: a language model; null = there is none. */
export function selfTestModelOf(modelIds: readonly string[]): string | null {
  return modelIds.find((id) => isBaseModelId(id) && !looksLikeImageModel(parseModelId(id))) ?? null;
}
