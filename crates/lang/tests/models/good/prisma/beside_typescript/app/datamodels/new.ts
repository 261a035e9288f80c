export interface New {
  id: Key<string>;
}
