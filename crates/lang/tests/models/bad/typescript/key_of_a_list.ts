export interface Click {
  id: Key<string[]>;
}
