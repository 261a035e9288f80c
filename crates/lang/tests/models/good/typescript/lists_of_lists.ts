export interface Grid {
  id: Key<string>;
  cells: number[][];
  names: Array<ReadonlyArray<string>>;
  frozen: readonly string[];
}
