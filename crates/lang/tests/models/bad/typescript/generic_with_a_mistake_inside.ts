interface Box<T> {
  content: T;
  extra: any;
}
export interface Parcel {
  id: Key<string>;
  a: Box<string>;
  b: Box<number>;
  c: Box<unknown>;
}
