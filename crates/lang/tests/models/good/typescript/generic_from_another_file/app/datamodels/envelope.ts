// Another type of the same name: what a type parameter stands for is read where it is written.
interface Local {
  wrong: string;
}
export interface Envelope<T> {
  id: Key<string>;
  payload: T;
  other: Local;
}
