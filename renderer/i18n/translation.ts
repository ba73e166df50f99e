/** The same keys with other words. */
export type Translation<Texts> = { readonly [Key in keyof Texts]: Texts[Key] extends string ? string : Translation<Texts[Key]> };
