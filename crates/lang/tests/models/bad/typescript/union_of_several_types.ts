export interface Click {
  id: Key<string>;
  value: string | number;
  place: { x: number } | { y: number };
}
