export interface Click {
  id: Key<string>;
  _part: string;
}
