interface Base {
  id: Key<string>;
  at: Date;
}

export interface Click extends Base {
  target: string;
}
