declare module 'virtual:error-catalogue' {
  /** Made by scripts/window-build.ts from the catalogues of all rooms. */
  export const catalogue: Readonly<Record<string, { readonly meaning: string; readonly remedy: string }>>;
}
