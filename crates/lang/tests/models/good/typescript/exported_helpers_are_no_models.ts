export type Id = string;
export type Handler = Promise<string>;
export type Page<T> = { items: T[] };
export type Ids = Array<string>;
export type Kind = "a" | "b";
export const LIMIT = 5;
export interface Click {
  id: Key<Id>;
  kind: Kind;
}
