export interface Click {
  id: Key<string>;
}
export interface Click {
  target: string;
}
