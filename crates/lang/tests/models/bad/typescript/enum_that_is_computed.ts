enum Kind {
  A = "a".length,
}
export interface Click {
  id: Key<string>;
  kind: Kind;
}
