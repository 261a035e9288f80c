interface Flags {
  null: boolean;
}
export interface Click {
  id: Key<string>;
  null: string;
  flags: Flags[];
}
