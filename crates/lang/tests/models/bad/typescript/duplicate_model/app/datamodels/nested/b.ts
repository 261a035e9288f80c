export interface Click {
  id: Key<string>;
  target: string;
}
