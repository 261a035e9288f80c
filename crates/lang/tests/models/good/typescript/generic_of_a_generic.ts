type Maybe<T> = T | null;
type Box<T> = { content: T };
type Id<T = string> = Key<T>;
type Named<N extends string, T> = { [K in N]: T };

export interface Parcel {
  id: Id;
  twice: Box<Box<number>>;
  maybe: Maybe<Box<string[]>>;
  named: Named<"a" | "b", Maybe<number>>;
}
