interface Flags {
  fast: number;
  safe?: string;
}
type Same = { [K in keyof Flags]: Flags[K] };
type Booleans = { readonly [K in keyof Flags]?: boolean };
type Full = { [K in keyof Flags]-?: Flags[K] };

export type Switches = { [K in "a" | "b"]: K } & { id: Key<string> };
export interface Run {
  id: Key<string>;
  same: Same;
  booleans: Booleans;
  full: Full;
}
