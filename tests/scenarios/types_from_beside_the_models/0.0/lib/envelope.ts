export interface Envelope<T> {
  id: Key<string>;
  payload: T;
}
