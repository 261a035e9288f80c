export interface Reading {
  device: Key<string>;
  at: Key<Date>;
  value: number;
}
