interface Box<T> {
  content: T;
}
interface Plain {
  a: string;
}
export interface Parcel {
  id: Key<string>;
  none: Box;
  more: Box<string, number>;
  plain: Plain<string>;
}
