enum Kind {
  A = "a",
  B = 2,
}
export interface Click {
  id: Key<string>;
  kind: Kind;
}
