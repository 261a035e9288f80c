export interface Click {
  id?: Key<string>;
  other: Key<string> | null;
}
