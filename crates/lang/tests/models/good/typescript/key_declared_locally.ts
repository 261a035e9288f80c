type Key<T extends string | number> = T;

export interface Click {
  id: Key<string>;
}
