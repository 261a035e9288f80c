export interface Größe {
  id: Key<string>;
}
