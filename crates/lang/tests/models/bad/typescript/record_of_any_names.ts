export interface Click {
  id: Key<string>;
  scores: Record<string, number>;
  flags: { [K in string]: boolean };
  open: { [name: string]: number };
}
